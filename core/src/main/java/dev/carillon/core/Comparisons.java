package dev.carillon.core;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the part of the Common Expression Language that is equality and sets, without a library:
 * comparisons of named texts, {@code &&}, {@code ||}, {@code !} and parentheses. An expression has
 * at most 1,000 characters, 100 comparisons and 20 levels of parentheses.
 *
 * @param <T> what expressions are about
 */
final class Comparisons<T> {
  static final int MAX_LENGTH = 1000;
  static final int MAX_TERMS = 100;
  static final int MAX_DEPTH = 20;

  /** As many digits as always fit a long. */
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}(?![0-9.a-zA-Z_])");

  /** What can be asked of the thing that expressions are about. */
  interface Subject<T> {
    /** What an expression may name by one word. */
    List<String> words();

    @Nullable Object word(T subject, String word);

    /** The word for the things with names of their own, as in {@code map.name}. */
    String map();

    @Nullable Object named(T subject, String name);

    /** Whether what is named can also be a list, a number or a truth value. */
    boolean hasLists();
  }

  private final Subject<T> subject;
  private final String text;
  private int at;
  private int terms;
  private int depth;

  private Comparisons(Subject<T> subject, String text) {
    this.subject = subject;
    this.text = text;
  }

  /**
   * Makes a predicate of an expression. It is quick and never throws.
   *
   * @throws IllegalArgumentException if it is none, in one sentence with the place that is wrong
   */
  static <T> Predicate<T> compile(String expression, Subject<T> subject) {
    if (expression.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "a filter has at most %d characters, this one has %d"
              .formatted(MAX_LENGTH, expression.length()));
    }
    Comparisons<T> parser = new Comparisons<>(subject, expression);
    Predicate<T> filter = parser.or();
    parser.space();
    if (parser.at < expression.length()) {
      throw parser.flaw("expected && or || or the end");
    }
    return filter;
  }

  private Predicate<T> or() {
    Predicate<T> left = and();
    while (take("||")) {
      Predicate<T> first = left;
      Predicate<T> second = and();
      left = subject -> first.test(subject) || second.test(subject);
    }
    return left;
  }

  private Predicate<T> and() {
    Predicate<T> left = term();
    while (take("&&")) {
      Predicate<T> first = left;
      Predicate<T> second = term();
      left = subject -> first.test(subject) && second.test(subject);
    }
    return left;
  }

  private Predicate<T> term() {
    if (++depth > MAX_DEPTH) {
      throw flaw("nested deeper than " + MAX_DEPTH + " levels");
    }
    Predicate<T> filter;
    if (take("!")) {
      Predicate<T> inner = term();
      filter = subject -> !inner.test(subject);
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

  private Predicate<T> comparison() {
    if (++terms > MAX_TERMS) {
      throw flaw("more than " + MAX_TERMS + " comparisons");
    }
    space();
    if (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
      return membership(literal());
    }
    Function<T, @Nullable Object> field = field();
    if (take("==")) {
      Object value = value();
      return subject -> value.equals(field.apply(subject));
    }
    if (take("!=")) {
      Object value = value();
      return subject -> !value.equals(field.apply(subject));
    }
    if (takeWord("in")) {
      List<Object> values = values();
      return subject -> {
        Object value = field.apply(subject);
        return value != null && values.contains(value);
      };
    }
    throw flaw("expected == or != or in");
  }

  private Predicate<T> membership(String value) {
    String map = subject.map();
    if (!takeWord("in") || !takeWord(map)) {
      throw flaw("expected 'in " + map + "'");
    }
    if (!subject.hasLists() || !isSelected()) {
      return each -> subject.named(each, value) != null;
    }
    String name = selected();
    return each -> subject.named(each, name) instanceof List<?> list && list.contains(value);
  }

  private Function<T, @Nullable Object> field() {
    for (String word : subject.words()) {
      if (takeWord(word)) {
        return each -> subject.word(each, word);
      }
    }
    if (!takeWord(subject.map())) {
      throw flaw(
          "expected " + subject.map() + ", " + String.join(", ", subject.words()) + " or a string");
    }
    String name = selected();
    return each -> subject.named(each, name);
  }

  private boolean isSelected() {
    space();
    return text.startsWith(".", at) || text.startsWith("[", at);
  }

  private String selected() {
    if (take(".")) {
      return name();
    }
    if (!take("[")) {
      throw flaw("expected .name or [\"name\"]");
    }
    String name = literal();
    if (!take("]")) {
      throw flaw("expected ]");
    }
    return name;
  }

  private String name() {
    int start = at;
    while (at < text.length() && wordPart(text.charAt(at))) {
      at++;
    }
    if (start == at) {
      throw flaw("expected a name");
    }
    return text.substring(start, at);
  }

  private List<Object> values() {
    if (!take("[")) {
      throw flaw("expected [");
    }
    List<Object> values = new ArrayList<>();
    do {
      values.add(value());
      terms++;
    } while (take(","));
    if (!take("]")) {
      throw flaw("expected , or ]");
    }
    return values;
  }

  private Object value() {
    if (subject.hasLists()) {
      if (takeWord("true")) {
        return true;
      }
      if (takeWord("false")) {
        return false;
      }
      Matcher number = NUMBER.matcher(text).region(at, text.length());
      if (number.lookingAt()) {
        at = number.end();
        return Long.parseLong(number.group());
      }
    }
    return literal();
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
