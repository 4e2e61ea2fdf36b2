/**
 * Filters in the Common Expression Language, over a message's tags, event, key and sender and its
 * reader's claims.
 */
@org.jspecify.annotations.NullMarked
package dev.carillon.filter.cel;
