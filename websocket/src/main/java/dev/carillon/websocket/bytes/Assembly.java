package dev.carillon.websocket.bytes;

import java.nio.ByteBuffer;
import java.util.ArrayList;

/**
 * A message that arrives in several pieces. What has arrived is never copied as it grows: memory is
 * added in chunks, doubling up to 64 KiB, and a first chunk may be as large as a frame's header
 * says, up to that limit. Nothing is reserved before a byte has come. Confined to its engine.
 */
public final class Assembly {
  private static final int MAX_CHUNK = 64 * 1024;
  private static final int MIN_CHUNK = 256;

  private final ArrayList<byte[]> full = new ArrayList<>(0);
  private byte[] chunk = new byte[0];
  private int used;
  private int length;
  private int reserved;

  /** Makes an empty one, which takes no memory. */
  public Assembly() {}

  /**
   * Adds bytes.
   *
   * @param expected bytes of the same frame that have not come yet
   */
  public void append(ByteBuffer from, int offset, int bytes, int expected) {
    int at = offset;
    int left = bytes;
    while (left > 0) {
      if (used == chunk.length) {
        grow(left, expected);
      }
      int n = Math.min(left, chunk.length - used);
      from.get(at, chunk, used, n);
      used += n;
      length += n;
      at += n;
      left -= n;
    }
  }

  private void grow(int left, int expected) {
    if (used > 0) {
      full.add(chunk);
    }
    int known = Math.max(left + expected, left); // a sum above the range of int counts as left
    int size = Math.min(MAX_CHUNK, Math.max(known, Math.max(MIN_CHUNK, length)));
    if (full.isEmpty() && known <= MAX_CHUNK && length == 0) {
      size = known;
    }
    chunk = new byte[size];
    used = 0;
    reserved += size;
  }

  /** Bytes of memory held. */
  public int reserved() {
    return reserved;
  }

  /** All bytes, position 0; copied once if they are in more than one chunk. */
  public ByteBuffer joined() {
    if (full.isEmpty()) {
      return ByteBuffer.wrap(chunk, 0, used).slice();
    }
    var whole = new byte[length];
    int at = 0;
    for (var part : full) {
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
    System.arraycopy(chunk, 0, whole, at, used);
    return ByteBuffer.wrap(whole);
  }
}
