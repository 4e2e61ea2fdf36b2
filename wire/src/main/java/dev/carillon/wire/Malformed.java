package dev.carillon.wire;

/**
 * A frame that is no message, and why.
 *
 * @param why the rule that it breaks
 * @param field the envelope field that it happened in, with dots for nesting ({@code from.offset}),
 *     or the empty string where no field is to blame
 * @param at the index of the byte, counted from the start of the frame, at which it was noticed
 * @param id the correlation number if it could be read, else 0; with one the sender is answered
 *     {@link ErrorCode#BAD_MESSAGE} and the connection goes on
 */
public record Malformed(Refusal why, String field, int at, long id)
    implements FromClient, FromServer {

  /** One sentence for the sender, without anything that the sender wrote. */
  public String words() {
    return (field.isEmpty() ? "" : field + ": ") + why.words() + " (at byte " + at + ")";
  }
}
