package dev.carillon.websocket;

import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One end of one WebSocket connection after the opening handshake (RFC 6455 and 7692): takes bytes
 * in any split and tells its {@link Receiver} the same events for them, and turns messages into
 * bytes in its {@link Output}. Confined to the connection's event loop.
 *
 * <p>Whatever the peer does wrong never throws: it becomes a Close frame with the {@link Rule}'s
 * code and {@link Incoming.Closed}. What the caller does wrong throws {@link IllegalStateException}.
 */
public final class Engine {
  private CloseState state = CloseState.OPEN;
  private @Nullable Rule violation;

  private Engine() {}

  /** A server's end that delivers whole messages. */
  public static Engine server(Limits limits, @Nullable Deflate deflate, Output output) {
    return server(limits, deflate, Delivery.WHOLE, output);
  }

  /**
   * A server's end.
   *
   * @param deflate what {@link ServerHandshake} agreed, made with {@link Deflate#server}; null for
   *     no compression
   */
  public static Engine server(
      Limits limits, @Nullable Deflate deflate, Delivery delivery, Output output) {
    return new Engine();
  }

  /** A client's end that delivers whole messages. */
  public static Engine client(
      Limits limits, @Nullable Deflate deflate, RandomGenerator masks, Output output) {
    return client(limits, deflate, Delivery.WHOLE, masks, output);
  }

  /**
   * A client's end.
   *
   * @param deflate what {@link ClientHandshake} agreed, made with {@link Deflate#client}; null for
   *     no compression
   * @param masks unpredictable to the application's users (RFC 6455 10.3)
   */
  public static Engine client(
      Limits limits,
      @Nullable Deflate deflate,
      Delivery delivery,
      RandomGenerator masks,
      Output output) {
    return new Engine();
  }

  /** As {@link #receive(ByteBuffer, int, Receiver)}, without a limit on frames. */
  public void receive(ByteBuffer in, Receiver receiver) {
    receive(in, Integer.MAX_VALUE, receiver);
  }

  /**
   * Takes bytes from the peer: everything between position and limit, unless {@code maxFrames} have
   * been completed or the receiver called {@link #pause()}; then the rest stays between position and
   * limit, and the next call goes on there. After the end everything is consumed and ignored.
   *
   * @param in heap or direct; a server unmasks in place, so it must not be read-only then. The
   *     buffer is the caller's again when this returns, unfinished frames have been copied out.
   * @param maxFrames at least 1; control frames and fragments count
   */
  public void receive(ByteBuffer in, int maxFrames, Receiver receiver) {
    throw new UnsupportedOperationException();
  }

  /** Makes the running {@code receive} return after the event at hand. */
  public void pause() {
    throw new UnsupportedOperationException();
  }

  /** The transport has ended. Without a Close frame before, that is 1006 (7.1.5). */
  public void eof(Receiver receiver) {
    throw new UnsupportedOperationException();
  }

  /**
   * Sends a text message.
   *
   * @param utf8 valid UTF-8 between position and limit (not checked); the position stays
   * @throws IllegalStateException when {@link #canSend()} is false, or within a streamed message
   */
  public void text(ByteBuffer utf8) {
    throw new UnsupportedOperationException();
  }

  /** Sends a text message. */
  public void text(String text) {
    text(Utf8.of(text).bytes());
  }

  /**
   * Sends a binary message.
   *
   * @param payload between position and limit; the position stays
   * @throws IllegalStateException when {@link #canSend()} is false, or within a streamed message
   */
  public void binary(ByteBuffer payload) {
    throw new UnsupportedOperationException();
  }

  /**
   * Sends a piece of a message whose length is not known yet; the first piece starts it. Control
   * frames may go between pieces, messages may not.
   *
   * @param type TEXT or BINARY, the same for all pieces
   * @param last whether the message ends with this piece, which may be empty
   */
  public void part(Opcode type, ByteBuffer payload, boolean last) {
    throw new UnsupportedOperationException();
  }

  /**
   * Sends a Ping.
   *
   * @param payload at most 125 bytes
   */
  public void ping(ByteBuffer payload) {
    throw new UnsupportedOperationException();
  }

  /**
   * Sends a Pong that nobody asked for; answers to Pings go by themselves.
   *
   * @param payload at most 125 bytes
   */
  public void pong(ByteBuffer payload) {
    throw new UnsupportedOperationException();
  }

  /** Answers the Ping that waited for a full output, if there is one and there is room now. */
  public void answerPing() {
    throw new UnsupportedOperationException();
  }

  /**
   * Starts the closing handshake. Nothing can be sent afterwards, messages may still come in. Does
   * nothing when a Close is out already.
   *
   * @param code one that is {@link CloseCode#sendable()}
   * @param reason at most 123 bytes in UTF-8; longer ones are cut at a character
   */
  public void close(CloseCode code, String reason) {
    throw new UnsupportedOperationException();
  }

  /** Whether a frame compressed by {@link SharedCompression} from this much may be sent now. */
  public boolean accepts(int plaintextBytes) {
    throw new UnsupportedOperationException();
  }

  /**
   * Says that one or more frames compressed by {@link SharedCompression} were put on the wire past
   * this engine: its own dictionary is dropped, as the peer's window now holds other bytes.
   */
  public void sentShared() {
    throw new UnsupportedOperationException();
  }

  /** Whether messages can be sent: no Close is out, none has come, no rule was broken. */
  public boolean canSend() {
    return state == CloseState.OPEN;
  }

  /** Whether a streamed message of ours has begun and not ended; shared frames must wait. */
  public boolean sending() {
    throw new UnsupportedOperationException();
  }

  /** Whether a frame or a message of the peer has begun and not ended, for time limits on it. */
  public boolean receiving() {
    throw new UnsupportedOperationException();
  }

  /** Bytes of memory held for a message that has not ended, to be charged to a governor. */
  public int heldBytes() {
    throw new UnsupportedOperationException();
  }

  /** Where the closing handshake stands. */
  public CloseState state() {
    return state;
  }

  /** Whether nothing more will come or go: flush the output, then close the transport. */
  public boolean closed() {
    return state == CloseState.CLOSED || state == CloseState.FAILED;
  }

  /** Whether the peer broke a rule. */
  public boolean failed() {
    return state == CloseState.FAILED;
  }

  /** The rule that the peer broke, null while it broke none. */
  public @Nullable Rule violation() {
    return violation;
  }
}
