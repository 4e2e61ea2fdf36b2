package dev.carillon.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * A message's data: bytes and what they are. The bytes are never transcoded on their way through
 * the server. The array is not copied: who hands one over must not change it afterwards, and nobody
 * changes what {@link #bytes()} gives.
 *
 * <p>The constructor trusts its caller that the bytes are what the type says (codecs have scanned
 * them); {@link #json(String)} and {@link #text(String)} check.
 *
 * @param type what the bytes are
 * @param bytes for {@code JSON} one well-formed value in UTF-8, for {@code TEXT} valid UTF-8, for
 *     {@code BINARY} anything
 */
public record Payload(DataType type, byte[] bytes) implements Answer {
  public Payload {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(bytes, "bytes");
  }

  /**
   * One JSON value.
   *
   * @throws IllegalArgumentException if the text is not one well-formed value within {@link
   *     WireLimits#DEFAULT}'s depth
   */
  public static Payload json(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    if (!JsonScan.wellFormed(bytes, 0, bytes.length, WireLimits.DEFAULT.maxDepth())) {
      throw new IllegalArgumentException("data is not one well-formed JSON value");
    }
    return new Payload(DataType.JSON, bytes);
  }

  /** Text; half a surrogate pair becomes a question mark. */
  public static Payload text(String text) {
    return new Payload(DataType.TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes; the array is taken over, not copied. */
  public static Payload binary(byte[] bytes) {
    return new Payload(DataType.BINARY, bytes);
  }

  /** The bytes as UTF-8 text. Meant for {@code JSON} and {@code TEXT}. */
  public String string() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Payload that && type == that.type && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * type.ordinal() + Arrays.hashCode(bytes);
  }

  /** The type and the size, not the bytes: data does not belong into logs. */
  @Override
  public String toString() {
    return "Payload[" + type.code() + ", " + bytes.length + " bytes]";
  }
}
