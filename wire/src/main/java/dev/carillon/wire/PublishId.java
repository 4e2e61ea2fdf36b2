package dev.carillon.wire;

import java.util.Objects;

/**
 * What makes publishing idempotent: sequences count per publisher, incarnation and room, and {@code
 * publisher:incarnation:sequence} is the message's id in its room.
 *
 * @param publisher who counts, chosen by the client; belongs to its user
 * @param incarnation how often the publisher lost its count and started over
 * @param sequence from 1, rising by one
 * @param previous the sequence before this one, usually {@code sequence - 1}; less where a refused
 *     one is stepped over
 */
public record PublishId(String publisher, long incarnation, long sequence, long previous) {
  public PublishId {
    Objects.requireNonNull(publisher, "publisher");
    Check.number("incarnation", incarnation);
    Check.number("sequence", sequence, 1);
    if (previous < 0 || previous >= sequence) {
      throw new IllegalArgumentException(
          "previous is " + previous + ", must be from 0 to below sequence " + sequence);
    }
  }

  /** With the usual predecessor. */
  public PublishId(String publisher, long incarnation, long sequence) {
    this(publisher, incarnation, sequence, sequence - 1);
  }
}
