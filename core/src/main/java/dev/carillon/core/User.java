package dev.carillon.core;

/**
 * Who a session belongs to.
 *
 * @param id 1 to 200 characters without control characters
 */
public record User(String id) {
  public User {
    if (id.isEmpty() || id.length() > 200 || id.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "a user id has 1 to 200 characters and no control characters, this one has "
              + id.length());
    }
  }

  @Override
  public String toString() {
    return id;
  }
}
