package dev.carillon.wire;

/** The ranges that numbers and epochs on the wire must keep, checked where records are made. */
final class Check {
  /** The largest integer that a JavaScript number holds exactly, and so the largest on the wire. */
  static final long MAX_NUMBER = (1L << 53) - 1;

  static final int MAX_EPOCH_CHARS = 32;

  private Check() {}

  /** From 0 to {@link #MAX_NUMBER}. */
  static long number(String name, long value) {
    return number(name, value, 0);
  }

  static long number(String name, long value, long least) {
    if (value < least || value > MAX_NUMBER) {
      throw new IllegalArgumentException(
          name + " is " + value + ", must be from " + least + " to " + MAX_NUMBER);
    }
    return value;
  }

  static void epoch(String epoch) {
    if (!isEpoch(epoch)) {
      throw new IllegalArgumentException(
          "epoch is '" + epoch + "', must be 1 to 32 letters, digits, '-' or '_'");
    }
  }

  static boolean isEpoch(String epoch) {
    if (epoch.isEmpty() || epoch.length() > MAX_EPOCH_CHARS) {
      return false;
    }
    for (int i = 0; i < epoch.length(); i++) {
      char c = epoch.charAt(i);
      boolean fine =
          (c >= '0' && c <= '9')
              || (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || c == '-'
              || c == '_';
      if (!fine) {
        return false;
      }
    }
    return true;
  }
}
