package dev.carillon.connection;

import java.nio.ByteBuffer;

/** Bytes in order that wait for a blocked socket; exists only while there are any. */
final class Lane {
  private static final int SMALLEST = 512;

  private ByteBuffer buffer = ByteBuffer.allocate(SMALLEST);
  private int head;

  int size() {
    return buffer.position() - head;
  }

  int capacity() {
    return buffer.capacity();
  }

  /** Room at the end for this many bytes. */
  ByteBuffer room(int bytes) {
    if (buffer.remaining() < bytes) {
      long wanted = Math.max((long) size() + bytes, buffer.capacity());
      ByteBuffer from = buffer.flip().position(head);
      // Half full or more after moving to the front: then it grows, else moving is enough.
      ByteBuffer to =
          wanted > buffer.capacity() / 2
              ? ByteBuffer.allocate((int) Math.min(wanted * 2, Integer.MAX_VALUE - 8))
              : buffer.duplicate().clear();
      buffer = to.put(from);
      head = 0;
    }
    return buffer;
  }

  void put(ByteBuffer bytes) {
    room(bytes.remaining()).put(bytes);
  }

  /**
   * Offers what waits.
   *
   * @return how many bytes were taken
   */
  int drain(Socket socket) {
    int taken = socket.offer(buffer.duplicate().flip().position(head));
    head += taken;
    return taken;
  }
}
