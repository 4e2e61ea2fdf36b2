package dev.carillon.cli;

import dev.carillon.transport.ClientConnection;
import java.nio.ByteBuffer;

/** Pings that carry the time they were sent at, and so measure the way there and back. */
final class Pings {
  private Pings() {}

  static void send(ClientConnection connection) {
    connection.ping(ByteBuffer.allocate(Long.BYTES).putLong(System.nanoTime()).array());
  }

  static void answered(ByteBuffer payload, Screen screen, Tally tally) {
    if (payload.remaining() == Long.BYTES) {
      long nanos = System.nanoTime() - payload.getLong(payload.position());
      tally.latency(nanos);
      screen.note("pong after %.1f ms".formatted(nanos / 1e6));
    }
  }
}
