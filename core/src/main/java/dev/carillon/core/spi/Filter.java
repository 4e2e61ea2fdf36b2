package dev.carillon.core.spi;

import dev.carillon.core.Message;

/**
 * Says which messages of a room a reader wants. Safe for use by many threads, quick, never throws.
 */
@FunctionalInterface
public interface Filter {
  /** Whether the message is wanted. The same message always gets the same answer. */
  boolean matches(Message message);

  /** Makes filters of expressions. Safe for use by many threads. */
  @FunctionalInterface
  interface Compiler {
    /**
     * Compiles an expression.
     *
     * @throws IllegalArgumentException if it is none, in one sentence with the place that is wrong
     */
    Filter compile(String expression);
  }
}
