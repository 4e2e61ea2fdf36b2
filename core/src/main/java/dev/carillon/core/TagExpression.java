package dev.carillon.core;

import dev.carillon.core.spi.Filter;
import java.util.ArrayList;
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
 * <p>A tag that a message does not have is equal to nothing and in no set. An expression has at
 * most 1,000 characters, 100 comparisons and 20 levels of parentheses.
 */
final class TagExpression {
  static final int MAX_LENGTH = 1000;
  static final int MAX_TERMS = 100;
  static final int MAX_DEPTH = 20;

  private final String text;
  private int at;
  private int terms;
  private int depth;

  private TagExpression(String text) {
    this.text = text;
  }

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
    if (expression.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "a filter has at most %d characters, this one has %d"
              .formatted(MAX_LENGTH, expression.length()));
    }
    TagExpression parser = new TagExpression(expression);
    Filter filter = parser.or();
    parser.space();
    if (parser.at < expression.length()) {
      throw parser.flaw("expected && or || or the end");
    }
    return filter;
  }

  private Filter or() {
    Filter left = and();
    while (take("||")) {
      Filter first = left;
      Filter second = and();
      left = message -> first.matches(message) || second.matches(message);
    }
    return left;
  }

  private Filter and() {
    Filter left = term();
    while (take("&&")) {
      Filter first = left;
      Filter second = term();
      left = message -> first.matches(message) && second.matches(message);
    }
    return left;
  }

  private Filter term() {
    if (++depth > MAX_DEPTH) {
      throw flaw("nested deeper than " + MAX_DEPTH + " levels");
    }
    Filter filter;
    if (take("!")) {
      Filter inner = term();
      filter = message -> !inner.matches(message);
    } else if (take("(")) {
      filter = or();
      if (!take(")")) {
        throw flaw("expected )");
      }
    } else {
      filter = comparison();
    }
    depth--;
    return filter;
  }

  private Filter comparison() {
    if (++terms > MAX_TERMS) {
      throw flaw("more than " + MAX_TERMS + " comparisons");
    }
    space();
    if (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
      String tag = literal();
      if (!takeWord("in") || !takeWord("tags")) {
        throw flaw("expected 'in tags'");
      }
      return message -> message.tags().containsKey(tag);
    }
    Field field = field();
    if (take("==")) {
      String value = literal();
      return message -> value.equals(field.of(message));
    }
    if (take("!=")) {
      String value = literal();
      return message -> !value.equals(field.of(message));
    }
    if (takeWord("in")) {
      List<String> values = literals();
      return message -> {
        String value = field.of(message);
        return value != null && values.contains(value);
      };
    }
    throw flaw("expected == or != or in");
  }

  /** What a comparison looks at. */
  private interface Field {
    @Nullable String of(Message message);
  }

  private Field field() {
    if (takeWord("event")) {
      return Message::event;
    }
    if (takeWord("key")) {
      return Message::key;
    }
    if (!takeWord("tags")) {
      throw flaw("expected tags, event, key or a string");
    }
    String tag;
    if (take(".")) {
      tag = name();
    } else if (take("[")) {
      tag = literal();
      if (!take("]")) {
        throw flaw("expected ]");
      }
    } else {
      throw flaw("expected .name or [\"name\"]");
    }
    return message -> message.tags().get(tag);
  }

  private String name() {
    int start = at;
    while (at < text.length() && wordPart(text.charAt(at))) {
      at++;
    }
    if (start == at) {
      throw flaw("expected a tag's name");
    }
    return text.substring(start, at);
  }

  private List<String> literals() {
    if (!take("[")) {
      throw flaw("expected [");
    }
    List<String> values = new ArrayList<>();
    do {
      values.add(literal());
      terms++;
    } while (take(","));
    if (!take("]")) {
      throw flaw("expected , or ]");
    }
    return values;
  }

  private String literal() {
    space();
    char quote = at < text.length() ? text.charAt(at) : 0;
    if (quote != '"' && quote != '\'') {
      throw flaw("expected a string in quotes");
    }
    int start = at++;
    StringBuilder value = new StringBuilder();
    while (at < text.length() && text.charAt(at) != quote) {
      char c = text.charAt(at++);
      if (c == '\\' && at < text.length()) {
        c = text.charAt(at++);
        if (c != '\\' && c != '"' && c != '\'') {
          at--;
          throw flaw("\\ stands only before \\ \" and '");
        }
      }
      value.append(c);
    }
    if (at == text.length()) {
      at = start;
      throw flaw("a string that does not end");
    }
    at++;
    return value.toString();
  }

  private void space() {
    while (at < text.length() && text.charAt(at) == ' ') {
      at++;
    }
  }

  private boolean take(String symbol) {
    space();
    boolean there = text.startsWith(symbol, at);
    if (there && symbol.equals("!") && text.startsWith("!=", at)) {
      return false;
    }
    at += there ? symbol.length() : 0;
    return there;
  }

  private boolean takeWord(String word) {
    space();
    int end = at + word.length();
    if (!text.startsWith(word, at) || end < text.length() && wordPart(text.charAt(end))) {
      return false;
    }
    at = end;
    return true;
  }

  private static boolean wordPart(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
  }

  private IllegalArgumentException flaw(String what) {
    int from = Math.max(0, at - 20);
    String before = text.substring(from, Math.min(at, text.length()));
    String behind = text.substring(Math.min(at, text.length()), Math.min(text.length(), at + 20));
    return new IllegalArgumentException(
        "filter, character %d: %s, at: %s>>>%s".formatted(at + 1, what, before, behind));
  }
}
