package dev.carillon.core;

/**
 * Who a session belongs to.
 *
 * @param id 1 to 200 characters without control characters
 * @param guest whether the name was made up for one connection and proves nothing: whoever holds a
 *     guest's resume token is that guest
 */
public record User(String id, boolean guest) {
  public User {
    if (id.isEmpty() || id.length() > 200 || id.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "a user id has 1 to 200 characters and no control characters, this one has "
              + id.length());
    }
  }

  /** A user whose name means somebody. */
  public User(String id) {
    this(id, false);
  }

  /** Whether it may take up what belongs to the other. */
  boolean mayBe(User other) {
    return equals(other) || guest && other.guest;
  }

  @Override
  public String toString() {
    return id;
  }
}
