package dev.carillon.core;

/** What can become of a message that a reader acknowledges. */
public enum AckOutcome {
  /** An acknowledgement came, of this message or of several at once. */
  ACKNOWLEDGED,
  /** The reader said that it could not deal with it. */
  REFUSED,
  /** Nothing was heard of it in time. */
  TIMED_OUT,
  /** It was sent again after one of these two. */
  REDELIVERED,
  /** It failed too often, and lies among the dead letters. */
  DEAD_LETTERED
}
