package dev.carillon.cli;

/** Makes text that somebody else wrote fit for a terminal: control sequences are spelled out. */
final class Shown {
  private Shown() {}

  /**
   * The text with control characters, and those that change the direction of writing, as escapes;
   * line breaks and tabs too, so that one message is one line.
   */
  static String line(String text) {
    int i = 0;
    while (i < text.length() && !hidden(text.charAt(i))) {
      i++;
    }
    if (i == text.length()) {
      return text;
    }
    var shown = new StringBuilder(text.length() + 16).append(text, 0, i);
    for (; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> shown.append("\\n");
        case '\r' -> shown.append("\\r");
        case '\t' -> shown.append("\\t");
        default -> {
          if (hidden(c)) {
            shown.append("\\u%04x".formatted((int) c));
          } else {
            shown.append(c);
          }
        }
      }
    }
    return shown.toString();
  }

  private static boolean hidden(char c) {
    return c < 0x20
        || c >= 0x7f && c < 0xa0
        || c == 0x061c
        || c >= 0x200b && c <= 0x200f
        || c >= 0x2028 && c <= 0x202e
        || c >= 0x2060 && c <= 0x2069
        || c == 0xfeff;
  }
}
