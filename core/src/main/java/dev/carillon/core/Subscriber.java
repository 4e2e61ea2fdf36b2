package dev.carillon.core;

/**
 * Whose subscription to a room it is: a user may have several, told apart by their names.
 *
 * @param user the user's identifier
 * @param name what the user calls it, 1 to {@value #MAX_NAME} characters
 */
public record Subscriber(String user, String name) {
  /** The longest name, in characters. */
  public static final int MAX_NAME = 100;

  public Subscriber {
    if (name.isEmpty() || name.length() > MAX_NAME) {
      throw new IllegalArgumentException(
          "a subscription's name has %d characters, it must have 1 to %d"
              .formatted(name.length(), MAX_NAME));
    }
  }
}
