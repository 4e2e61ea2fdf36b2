package dev.carillon.filter.cel;

import dev.carillon.core.spi.Filter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes filters of CEL expressions. Each is compiled once, away from the caller's thread, and kept
 * among the {@value #REMEMBERED} used last; the library behind it is loaded with the first. Safe
 * for use by many threads.
 */
public final class CelFilters implements Filter.Compiler {
  static final int REMEMBERED = 1000;

  /** How many expressions are compiled at one time, whoever asks for how many. */
  private static final int AT_ONCE = 2;

  private final Semaphore turns = new Semaphore(AT_ONCE);
  private final Map<String, Expression> known = new LinkedHashMap<>(16, 0.75f, true);

  /** Loads nothing yet. */
  public CelFilters() {}

  @Override
  public void compile(
      String expression, Map<String, Object> claims, Consumer<Filter.Compiled> answer) {
    Expression before = known(expression);
    if (before != null) {
      answer.accept(before.of(claims));
    } else {
      Thread.ofVirtual()
          .name("carillon-filter")
          .start(() -> answer.accept(compiled(expression).of(claims)));
    }
  }

  private Expression compiled(String text) {
    turns.acquireUninterruptibly();
    try {
      Expression before = known(text); // made while this one waited
      return before != null ? before : remembered(text, made(text));
    } finally {
      turns.release();
    }
  }

  private static Expression made(String text) {
    try {
      return Expressions.compile(text);
    } catch (RuntimeException | StackOverflowError failed) {
      return new Expression.Flawed("filter: it cannot be compiled; write it more simply");
    }
  }

  private @Nullable Expression known(String text) {
    synchronized (known) {
      return known.get(text);
    }
  }

  private Expression remembered(String text, Expression made) {
    // What is far too long is refused quickly, and not worth its memory.
    if (text.length() <= Expressions.MAX_LENGTH) {
      synchronized (known) {
        known.put(text, made);
        if (known.size() > REMEMBERED) {
          known.remove(known.keySet().iterator().next());
        }
      }
    }
    return made;
  }
}
