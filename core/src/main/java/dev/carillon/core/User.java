package dev.carillon.core;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who a session belongs to. Users are the same when their ids are; claims come and go with the
 * token that made them.
 *
 * @param id 1 to 200 characters without control characters
 * @param guest whether the name was made up for one connection and proves nothing: whoever holds a
 *     guest's resume token is that guest
 * @param claims what authentication said of the user besides, which filters may look at: texts,
 *     {@code Long}, {@code Double} and {@code Boolean} values, lists and maps of such; copied
 */
public record User(String id, boolean guest, Map<String, Object> claims) {
  public User {
    if (id.isEmpty() || id.length() > 200 || id.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "a user id has 1 to 200 characters and no control characters, this one has "
              + id.length());
    }
    claims = Claims.copy(claims);
  }

  /** A user of whom nothing more is known. */
  public User(String id, boolean guest) {
    this(id, guest, Map.of());
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
  public boolean equals(@Nullable Object other) {
    return other instanceof User user && user.id.equals(id) && user.guest == guest;
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return id;
  }
}
