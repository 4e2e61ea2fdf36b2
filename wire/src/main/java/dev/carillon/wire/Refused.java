package dev.carillon.wire;

/**
 * Leaves a decoder from any depth; never leaves this package. Without a stack trace, since bad
 * input must cost no more than good.
 */
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1;

  final Refusal why;
  final int at;

  /** The envelope field, known where a field's value is looked at, else empty. */
  final String field;

  Refused(Refusal why, int at) {
    this(why, at, "");
  }

  Refused(Refusal why, int at, String field) {
    super(why.words(), null, false, false);
    this.why = why;
    this.at = at;
    this.field = field;
  }
}
