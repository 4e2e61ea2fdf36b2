package dev.carillon.core;

import dev.carillon.core.spi.Filter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Filters over a message's tags, event and key, without a library: the part of the Common
 * Expression Language that is equality and sets.
 *
 * <pre>
 *   tags.size == "xl" &amp;&amp; (tags.color in ["red", "blue"] || !("sale" in tags))
 *   event != "typing"
 * </pre>
 *
 * <p>A tag that a message does not have is equal to nothing and in no set.
 */
final class TagExpression {
  private static final Comparisons.Subject<Message> MESSAGE =
      new Comparisons.Subject<>() {
        @Override
        public List<String> words() {
          return List.of("event", "key");
        }

        @Override
        public @Nullable Object word(Message message, String word) {
          return word.equals("event") ? message.event() : message.key();
        }

        @Override
        public String map() {
          return "tags";
        }

        @Override
        public @Nullable Object named(Message message, String name) {
          return message.tags().get(name);
        }

        @Override
        public boolean hasLists() {
          return false;
        }
      };

  private TagExpression() {}

  /** A compiler of such expressions that leaves all others to {@code further}, if there is one. */
  static Filter.Compiler before(Filter.@Nullable Compiler further) {
    return (expression, claims, answer) -> {
      Filter own;
      try {
        own = compile(expression);
      } catch (IllegalArgumentException flawed) {
        if (further == null) {
          answer.accept(new Filter.Compiled.Flawed(String.valueOf(flawed.getMessage())));
        } else {
          further.compile(expression, claims, answer);
        }
        return;
      }
      answer.accept(new Filter.Compiled.Made(expression, own));
    };
  }

  /**
   * Makes a filter of such an expression.
   *
   * @throws IllegalArgumentException if it is none, in one sentence with the place that is wrong
   */
  static Filter compile(String expression) {
    return Comparisons.compile(expression, MESSAGE)::test;
  }
}
