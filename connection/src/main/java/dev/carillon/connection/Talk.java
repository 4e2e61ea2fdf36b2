package dev.carillon.connection;

import dev.carillon.websocket.CloseCode;
import dev.carillon.websocket.Utf8;
import java.nio.ByteBuffer;

/** The application's side of an open WebSocket. Confined to the loop. */
sealed interface Talk permits BareTalk, RoomsTalk {
  void opened();

  void textCame(Utf8 text);

  void binaryCame(ByteBuffer payload);

  void pinged(ByteBuffer payload);

  void ponged(ByteBuffer payload);

  /** The socket takes bytes again. */
  void writable();

  /** Told once and last. */
  void closed(CloseCode code, String reason);

  /** The heartbeat's time has passed again. */
  void beat();

  /** Bytes that it keeps elsewhere from being freed. */
  default int pinnedBytes() {
    return 0;
  }

  /** Whether the client has proved who it is, where it has to. */
  boolean proven();

  /** Whether any sign of life of the peer counts, or only messages. */
  boolean pongsSuffice();
}
