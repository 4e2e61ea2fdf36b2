package dev.carillon.core;

import org.jspecify.annotations.Nullable;

/**
 * How a reader acknowledges what it is sent. What it does not acknowledge is sent again.
 *
 * @param subscription the name of the user's subscription that it reads for, whose place is kept
 *     whatever becomes of the session; null when its place is kept with the session
 */
public record Acks(@Nullable String subscription) {
  /** For as long as the session can be taken up again. */
  public static final Acks OF_SESSION = new Acks(null);
}
