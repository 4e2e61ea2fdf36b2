package dev.carillon.core;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a message stands in a room's log.
 *
 * @param epoch the stretch of the log that the offset counts in
 * @param offset 1 for the first message of the epoch, rising by one; 0 stands before the first
 */
public record Position(Epoch epoch, long offset) {
  public Position {
    Objects.requireNonNull(epoch, "epoch");
    if (offset < 0) {
      throw new IllegalArgumentException("offset is " + offset + ", must be at least 0");
    }
  }

  /**
   * Reads what {@link #toString()} wrote.
   *
   * @return null if {@code text} is not {@code epoch:offset}
   */
  public static @Nullable Position parse(String text) {
    int colon = text.indexOf(':');
    if (colon != 32 || text.length() > 32 + 1 + 19 || text.length() == 33) {
      return null;
    }
    Epoch epoch = Epoch.parse(text.substring(0, 32));
    long offset = 0;
    for (int i = 33; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9' || offset > (Long.MAX_VALUE - 9) / 10) {
        return null;
      }
      offset = offset * 10 + (c - '0');
    }
    return epoch == null ? null : new Position(epoch, offset);
  }

  /** {@code epoch:offset}. */
  @Override
  public String toString() {
    return epoch + ":" + offset;
  }
}
