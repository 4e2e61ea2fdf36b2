package dev.carillon.core;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a message carries: bytes of a known kind, checked once at the door and never transcoded. The
 * array is shared by all readers: nobody writes to it.
 */
public final class Payload {
  /** What the bytes are. */
  public enum Kind {
    /** One well-formed JSON value in UTF-8. */
    JSON,
    /** Well-formed UTF-8. */
    TEXT,
    /** Any bytes. */
    BINARY
  }

  /** An empty text. */
  public static final Payload EMPTY = new Payload(Kind.TEXT, new byte[0]);

  private final Kind kind;
  private final byte[] bytes;

  /**
   * Takes over the array; the caller has checked that it is what {@code kind} says, and does not
   * write to it again.
   */
  public Payload(Kind kind, byte[] bytes) {
    this.kind = kind;
    this.bytes = bytes;
  }

  /** A payload of text. */
  public static Payload text(String text) {
    return new Payload(Kind.TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  /** A payload of JSON; the caller has checked that it is one well-formed value. */
  public static Payload json(String json) {
    return new Payload(Kind.JSON, json.getBytes(StandardCharsets.UTF_8));
  }

  /** Copies what remains in {@code source} and leaves its position alone. */
  public static Payload copyOf(Kind kind, ByteBuffer source) {
    byte[] copy = new byte[source.remaining()];
    source.get(source.position(), copy);
    return new Payload(kind, copy);
  }

  /** What the bytes are. */
  public Kind kind() {
    return kind;
  }

  /** The bytes themselves, not a copy: never write to them. */
  public byte[] bytes() {
    return bytes;
  }

  /** How many bytes there are. */
  public int size() {
    return bytes.length;
  }

  /** The bytes decoded as UTF-8, whatever their kind. */
  public String asText() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Payload payload
        && payload.kind == kind
        && Arrays.equals(payload.bytes, bytes);
  }

  @Override
  public int hashCode() {
    return 31 * kind.hashCode() + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return kind == Kind.BINARY ? "binary[" + bytes.length + "]" : asText();
  }
}
