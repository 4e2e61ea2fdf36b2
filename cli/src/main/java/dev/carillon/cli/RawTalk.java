package dev.carillon.cli;

import dev.carillon.connection.Link;
import dev.carillon.transport.ClientConnection;
import dev.carillon.websocket.Utf8;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Messages as they are, with any WebSocket server. */
final class RawTalk implements Talk {
  private static final int HEX_SHOWN = 64;

  private final Screen screen;
  private final Tally tally;
  private volatile @Nullable ClientConnection connection;

  RawTalk(Screen screen, Tally tally) {
    this.screen = screen;
    this.tally = tally;
  }

  @Override
  public void begin(ClientConnection opened) {
    connection = opened;
  }

  @Override
  public void line(String text) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    tally.sent(bytes);
    tally.framed(bytes);
    own().text(text);
  }

  private ClientConnection own() {
    ClientConnection opened = connection;
    if (opened == null) {
      throw new IllegalStateException("not connected");
    }
    return opened;
  }

  @Override
  public boolean command(String name, String rest) {
    return false;
  }

  @Override
  public int unanswered() {
    return 0;
  }

  @Override
  public void text(Link link, Utf8 text) {
    tally.received(text.length());
    tally.framed(text.length());
    screen.received("", text.toString());
  }

  @Override
  public void binary(Link link, ByteBuffer payload) {
    tally.received(payload.remaining());
    tally.framed(payload.remaining());
    byte[] bytes = new byte[Math.min(payload.remaining(), HEX_SHOWN)];
    payload.get(payload.position(), bytes);
    String more = payload.remaining() > bytes.length ? "..." : "";
    screen.received(
        "",
        "binary[%d] %s%s".formatted(payload.remaining(), HexFormat.of().formatHex(bytes), more));
  }

  @Override
  public void pong(Link link, ByteBuffer payload) {
    Pings.answered(payload, screen, tally);
  }
}
