package dev.carillon.core;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which of a room's readers a message is for, by what their tokens say of them: equality and sets,
 * in the words of the Common Expression Language.
 *
 * <pre>
 *   claims.role == "referee" || claims.level in [4, 5]
 *   "red" in claims.teams &amp;&amp; user != "ann"
 * </pre>
 *
 * <p>A claim that a reader does not have is equal to nothing and in no set. Immutable.
 */
public final class Audience {
  private static final Comparisons.Subject<User> READER =
      new Comparisons.Subject<>() {
        @Override
        public List<String> words() {
          return List.of("user");
        }

        @Override
        public @Nullable Object word(User user, String word) {
          return user.id();
        }

        @Override
        public String map() {
          return "claims";
        }

        @Override
        public @Nullable Object named(User user, String name) {
          return user.claims().get(name);
        }

        @Override
        public boolean hasLists() {
          return true;
        }
      };

  private final String expression;
  private final Predicate<User> readers;

  private Audience(String expression) {
    this.expression = expression;
    this.readers = Comparisons.compile(expression, READER);
  }

  /**
   * Those for whom an expression is true.
   *
   * @param expression at most 1,000 characters and 100 comparisons
   * @throws IllegalArgumentException if it is none, in one sentence with the place that is wrong
   */
  public static Audience of(String expression) {
    return new Audience(expression);
  }

  /** Whether a message with this audience is for a reader. */
  public boolean includes(User reader) {
    return readers.test(reader);
  }

  /** The expression. */
  public String expression() {
    return expression;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Audience that && that.expression.equals(expression);
  }

  @Override
  public int hashCode() {
    return expression.hashCode();
  }

  @Override
  public String toString() {
    return expression;
  }
}
