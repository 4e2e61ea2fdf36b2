package dev.carillon.wire;

import java.util.Locale;

/** Every reason for which a codec refuses a frame. */
public enum Refusal {
  /** Not a value of the encoding at all. */
  SYNTAX("not well-formed"),
  /** The frame ends inside a value, or a length claims more than the frame has left. */
  TRUNCATED("ends too early"),
  /** There is something behind the message. */
  TRAILING("something follows the message"),
  /** The message is not an object (map). */
  NOT_AN_OBJECT("a message is an object"),
  /** Text that is not valid UTF-8, or an escape that stands for half a character. */
  NOT_UTF8("not valid UTF-8"),
  /** Containers nested beyond the limit. */
  TOO_DEEP("nested too deeply"),
  /** A name appears twice in one object of the envelope. */
  DUPLICATE_FIELD("given twice"),
  /** More fields in one object of the envelope than the limit. */
  TOO_MANY_FIELDS("too many fields"),
  /** A string of the envelope beyond the limit. */
  TOO_LONG("too long"),
  /** A field that this operation cannot do without. */
  MISSING_FIELD("missing"),
  /** A field of the wrong kind. */
  WRONG_TYPE("of the wrong type"),
  /** A field of the right kind with a value that is not allowed. */
  OUT_OF_RANGE("value not allowed"),
  /** Fields that exclude each other. */
  CONFLICT("cannot be combined with another field that was given"),
  /** Data that is not what its type says. */
  BAD_DATA("not what its type says"),
  /** Something that the encoding has and this protocol does not use, such as indefinite lengths. */
  UNSUPPORTED("not used in this protocol");

  private final String words;
  private final String code = name().toLowerCase(Locale.ROOT);

  Refusal(String words) {
    this.words = words;
  }

  /** Half a sentence for people. */
  public String words() {
    return words;
  }

  /** The name as the test vectors and metrics write it: lower case, with underscores. */
  public String code() {
    return code;
  }

  /**
   * Whether the frame as a whole could not be read. Then nobody knows what it was to be answered
   * to, and a peer that sends several in a row is disconnected with {@link Disconnect#BAD_MESSAGE};
   * otherwise a message that carries an id is answered and the connection goes on.
   */
  public boolean unreadable() {
    return switch (this) {
      case SYNTAX,
          TRUNCATED,
          TRAILING,
          NOT_AN_OBJECT,
          NOT_UTF8,
          TOO_DEEP,
          DUPLICATE_FIELD,
          TOO_MANY_FIELDS,
          UNSUPPORTED ->
          true;
      case TOO_LONG, MISSING_FIELD, WRONG_TYPE, OUT_OF_RANGE, CONFLICT, BAD_DATA -> false;
    };
  }
}
