/** A server's configuration, and a server put together from it. */
package dev.carillon.server;
