package dev.carillon.connection;

import dev.carillon.websocket.CloseCode;
import dev.carillon.websocket.Deflate;
import dev.carillon.websocket.DeflateAgreement;
import dev.carillon.websocket.Utf8;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A WebSocket without rooms, and its handler's link. */
final class BareTalk implements Talk, Link {
  private final WebSocketStage stage;
  private final Handler handler;
  private final @Nullable String subprotocol;

  BareTalk(WebSocketStage stage, Handler handler, @Nullable String subprotocol) {
    this.stage = stage;
    this.handler = handler;
    this.subprotocol = subprotocol;
  }

  @Override
  public void opened() {
    handler.opened(this);
  }

  @Override
  public void textCame(Utf8 text) {
    handler.text(this, text);
  }

  @Override
  public void binaryCame(ByteBuffer payload) {
    handler.binary(this, payload);
  }

  @Override
  public void pinged(ByteBuffer payload) {
    handler.ping(this, payload);
  }

  @Override
  public void ponged(ByteBuffer payload) {
    handler.pong(this, payload);
  }

  @Override
  public boolean text(Utf8 text) {
    return stage.text(text);
  }

  @Override
  public boolean binary(ByteBuffer payload) {
    return stage.binary(payload);
  }

  @Override
  public boolean ping(ByteBuffer payload) {
    return stage.ping(payload);
  }

  @Override
  public void close(CloseCode code, String reason) {
    stage.close(code, reason);
  }

  @Override
  public void pauseReading(boolean pause) {
    if (!pause) {
      stage.connection().resume(Connection.SESSION);
    } else if (stage.canSend()) {
      stage.connection().pause(Connection.SESSION);
    }
  }

  @Override
  public boolean isOpen() {
    return stage.canSend();
  }

  @Override
  public int waiting() {
    Outbox outbox = stage.connection().outbox();
    return outbox.waiting() + stage.connection().loop().cork().gatheredBy(outbox);
  }

  @Override
  public @Nullable String subprotocol() {
    return subprotocol;
  }

  @Override
  public @Nullable DeflateAgreement deflate() {
    Deflate deflate = stage.deflate();
    return deflate == null ? null : deflate.agreement();
  }

  @Override
  public void writable() {
    handler.writable(this);
  }

  @Override
  public void closed(CloseCode code, String reason) {
    handler.closed(this, code, reason);
  }

  @Override
  public boolean proven() {
    return true;
  }

  @Override
  public void beat() {}

  @Override
  public boolean pongsSuffice() {
    return true;
  }
}
