/** How tokens are read, checked and made. */
@org.jspecify.annotations.NullMarked
package dev.carillon.server.token;
