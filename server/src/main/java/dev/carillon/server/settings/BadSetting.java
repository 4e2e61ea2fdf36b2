package dev.carillon.server.settings;

/** A value that a section of the configuration does not take. */
public final class BadSetting extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String component;
  private final String flaw;

  private BadSetting(String component, String flaw) {
    super(component + " " + flaw);
    this.component = component;
    this.flaw = flaw;
  }

  /** The record component that is wrong. */
  String component() {
    return component;
  }

  /** What is wrong with it, the value and what is allowed, as the rest of a sentence. */
  String flaw() {
    return flaw;
  }

  /** Checks a number. */
  public static void within(String component, long value, long least, long most) {
    if (value < least || value > most) {
      throw new BadSetting(
          component, "is " + value + ", must be " + least + " to " + Long.toString(most));
    }
  }

  /** Checks anything that can be compared; the bounds are shown as they print. */
  public static <T extends Comparable<T>> void within(String component, T value, T least, T most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new BadSetting(
          component,
          "is %s, must be %s to %s"
              .formatted(Values.print(value), Values.print(least), Values.print(most)));
    }
  }

  /** Checks a condition of any kind. */
  public static void require(boolean good, String component, String flaw) {
    if (!good) {
      throw new BadSetting(component, flaw);
    }
  }
}
