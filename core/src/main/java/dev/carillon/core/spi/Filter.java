package dev.carillon.core.spi;

import dev.carillon.core.Message;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Says which messages of a room a reader wants. Safe for use by many threads, quick, never throws.
 */
@FunctionalInterface
public interface Filter {
  /** Whether the message is wanted. The same message always gets the same answer. */
  boolean matches(Message message);

  /** What became of an expression. */
  sealed interface Compiled {
    /**
     * It is one.
     *
     * @param text what is left of the expression for this reader: readers for whom it is the same
     *     want the same messages, and share the work of finding them
     */
    record Made(String text, Filter filter) implements Compiled {}

    /**
     * It is none.
     *
     * @param flaw what is wrong, and at which place, for whoever wrote it
     */
    record Flawed(String flaw) implements Compiled {}
  }

  /**
   * Makes filters of expressions. Safe for use by many threads. What core's own expressions cannot
   * say is asked of the one that {@link java.util.ServiceLoader} finds.
   */
  @FunctionalInterface
  interface Compiler {
    /**
     * Compiles an expression for one reader and gives its answer exactly once, at once or later, on
     * any thread. Does not block.
     *
     * @param expression as the client wrote it: of any length, and perhaps hostile
     * @param claims of the {@linkplain dev.carillon.core.User reader}
     */
    void compile(String expression, Map<String, Object> claims, Consumer<Compiled> answer);
  }
}
