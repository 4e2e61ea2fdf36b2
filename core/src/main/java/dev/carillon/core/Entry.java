package dev.carillon.core;

/**
 * A message and where it stands in its epoch.
 *
 * @param offset 1 or more
 */
public record Entry(long offset, Message message) {}
