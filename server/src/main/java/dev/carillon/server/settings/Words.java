package dev.carillon.server.settings;

/** Makes text that somebody else wrote fit to be shown in a message. */
final class Words {
  private static final int LONGEST = 80;

  private Words() {}

  /** The text on one line, without control characters, and cut when it is long. */
  static String shown(String text) {
    var shown = new StringBuilder();
    for (int i = 0; i < text.length() && i < LONGEST; i++) {
      char c = text.charAt(i);
      shown.append(
          Character.isISOControl(c) ? "\\u%04x".formatted((int) c) : Character.toString(c));
    }
    return text.length() > LONGEST ? shown + "..." : shown.toString();
  }
}
