package dev.carillon.websocket.header;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The characters and lists of header lines (RFC 9110 5.6). Safe for use by many threads. */
public final class Tokens {
  private static final String SYMBOLS = "!#$%&'*+-.^_`|~";

  private Tokens() {}

  /** Whether a character may stand in a token. */
  public static boolean tokenChar(int c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || SYMBOLS.indexOf(c) >= 0;
  }

  /** Whether this is a token: not empty, and no other characters. */
  public static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!tokenChar(text.charAt(i))) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /** Whether this may be a header's value: visible characters, bytes above 127, space and tab. */
  public static boolean isFieldValue(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' && c != '\t' || c == 0x7f || c > 0xff) {
        return false;
      }
    }
    return true;
  }

  /** Without the spaces and tabs around it. */
  public static String trim(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && blank(text.charAt(start))) {
      start++;
    }
    while (end > start && blank(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  static boolean blank(char c) {
    return c == ' ' || c == '\t';
  }

  /** The elements of comma-separated lists without quotes; empty ones are left out. */
  public static List<String> elements(List<String> values) {
    var elements = new ArrayList<String>();
    for (var value : values) {
      int start = 0;
      while (start <= value.length()) {
        int comma = value.indexOf(',', start);
        int end = comma < 0 ? value.length() : comma;
        var element = trim(value.substring(start, end));
        if (!element.isEmpty()) {
          elements.add(element);
        }
        start = end + 1;
      }
    }
    return elements;
  }

  /** The elements of a list of distinct tokens; null when it is not one. */
  public static @Nullable List<String> distinct(List<String> values) {
    var elements = elements(values);
    var seen = new HashSet<String>();
    for (var element : elements) {
      if (!isToken(element) || !seen.add(element)) {
        return null;
      }
    }
    return elements.isEmpty() && !values.isEmpty() ? null : elements;
  }
}
