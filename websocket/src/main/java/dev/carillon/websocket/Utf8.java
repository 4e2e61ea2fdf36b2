package dev.carillon.websocket;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Text as validated UTF-8 bytes; it becomes a {@link String} only when asked to. A view: what the
 * engine hands out is valid until its receiver returns. Confined to the thread that got it.
 */
public final class Utf8 {
  private final ByteBuffer buffer;
  private final int offset;
  private final int length;

  Utf8(ByteBuffer buffer, int offset, int length) {
    this.buffer = buffer;
    this.offset = offset;
    this.length = length;
  }

  /** The UTF-8 of a string, with its own bytes; unpaired surrogates become {@code ?}. */
  public static Utf8 of(String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    return new Utf8(ByteBuffer.wrap(bytes), 0, bytes.length);
  }

  /** Length in bytes. */
  public int length() {
    return length;
  }

  /** A new view of the bytes, position 0, big-endian. Do not write to it. */
  public ByteBuffer bytes() {
    return buffer.slice(offset, length);
  }

  /** A copy of the bytes. */
  public byte[] toByteArray() {
    var copy = new byte[length];
    buffer.get(offset, copy);
    return copy;
  }

  /** Decodes the text. */
  @Override
  public String toString() {
    if (buffer.hasArray()) {
      return new String(
          buffer.array(), buffer.arrayOffset() + offset, length, StandardCharsets.UTF_8);
    }
    return new String(toByteArray(), StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Utf8 text && bytes().equals(text.bytes());
  }

  @Override
  public int hashCode() {
    return bytes().hashCode();
  }
}
