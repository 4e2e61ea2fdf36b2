package dev.carillon.websocket;

/** The frame types (RFC 6455 5.2). */
public enum Opcode {
  /** A further fragment of a message. */
  CONTINUATION(0x0),
  /** The first or only fragment of a text message. */
  TEXT(0x1),
  /** The first or only fragment of a binary message. */
  BINARY(0x2),
  /** The start or the answer of the closing handshake. */
  CLOSE(0x8),
  /** A question whether the peer is there. */
  PING(0x9),
  /** The answer to a Ping, or a heartbeat nobody asked for. */
  PONG(0xa);

  private final int value;

  Opcode(int value) {
    this.value = value;
  }

  /** The four bits on the wire. */
  public int value() {
    return value;
  }

  /** Whether this is a control frame: never fragmented, at most 125 bytes (5.5). */
  public boolean control() {
    return value >= 0x8;
  }
}
