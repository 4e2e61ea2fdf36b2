package dev.carillon.websocket;

import dev.carillon.websocket.bytes.Utf8Check;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One end of one WebSocket connection after the opening handshake (RFC 6455 and 7692): takes bytes
 * in any split and tells its {@link Receiver} the same events for them, and turns messages into
 * bytes in its {@link Output}. Confined to the connection's event loop.
 *
 * <p>Whatever the peer does wrong never throws: it becomes a Close frame with the {@link Rule}'s
 * code and {@link Incoming.Closed}. What the caller does wrong throws {@link
 * IllegalStateException}.
 */
public final class Engine {
  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);
  private static final int MAX_CONTROL = 125;

  private final @Nullable Deflate deflate;
  private final FrameReader reader;
  private final FrameWriter writer;

  private CloseState state = CloseState.OPEN;
  private @Nullable Rule violation;

  /** The payload of the latest Ping that the output had no room to answer. */
  private byte @Nullable [] unanswered;

  /** The type of the streamed message of ours that has begun. */
  private @Nullable Opcode streaming;

  private boolean inReceive;
  private boolean paused;

  private Engine(
      Limits limits,
      @Nullable Deflate deflate,
      Delivery delivery,
      @Nullable RandomGenerator masks,
      Output output) {
    boolean server = masks == null;
    if (deflate != null && deflate.server() != server) {
      throw new IllegalArgumentException("this Deflate was made for the other end");
    }
    this.deflate = deflate;
    var messages = new MessageReader(limits, deflate == null ? null : deflate.reader(), delivery);
    this.reader = new FrameReader(this, server, deflate != null, messages);
    this.writer = new FrameWriter(output, masks);
  }

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
    return new Engine(limits, deflate, delivery, null, output);
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
    return new Engine(limits, deflate, delivery, masks, output);
  }

  /** As {@link #receive(ByteBuffer, int, Receiver)}, without a limit on frames. */
  public void receive(ByteBuffer in, Receiver receiver) {
    receive(in, Integer.MAX_VALUE, receiver);
  }

  /**
   * Takes bytes from the peer: everything between position and limit, unless {@code maxFrames} have
   * been completed or the receiver called {@link #pause()}; then the rest stays between position
   * and limit, and the next call goes on there. After the end everything is consumed and ignored.
   *
   * @param in heap or direct; a server unmasks in place, so it must not be read-only then. The
   *     buffer is the caller's again when this returns, unfinished frames have been copied out.
   * @param maxFrames at least 1; control frames and fragments count
   */
  public void receive(ByteBuffer in, int maxFrames, Receiver receiver) {
    if (inReceive) {
      throw new IllegalStateException("receive was called by its own receiver");
    }
    if (maxFrames < 1) {
      throw new IllegalArgumentException("maxFrames is " + maxFrames + ", must be at least 1");
    }
    answerPing();
    inReceive = true;
    paused = false;
    try {
      if (!closed()) {
        var broken = reader.read(in, maxFrames, receiver);
        if (broken != null) {
          fail(broken, receiver);
        }
      }
      if (closed()) {
        in.position(in.limit());
      }
    } finally {
      inReceive = false;
    }
  }

  /** Whether the reader should look at no further frame. */
  boolean stopped() {
    return paused || state == CloseState.CLOSED;
  }

  /** Takes a control frame from the reader. */
  @Nullable Rule control(int opcode, ByteBuffer payload, Receiver receiver) {
    if (opcode == Opcode.CLOSE.value()) {
      return closeFrame(payload, receiver);
    }
    if (opcode == Opcode.PONG.value()) {
      receiver.take(new Incoming.Pong(payload));
      return null;
    }
    if (state == CloseState.OPEN) {
      if (writer.full()) {
        var latest = new byte[payload.remaining()];
        payload.get(0, latest);
        unanswered = latest;
      } else {
        unanswered = null; // 5.5.3: only the latest needs an answer
        writer.frame(Frames.FIN | Opcode.PONG.value(), payload);
      }
    }
    receiver.take(new Incoming.Ping(payload));
    return null;
  }

  private @Nullable Rule closeFrame(ByteBuffer payload, Receiver receiver) {
    var code = CloseCode.NO_STATUS;
    var reason = "";
    int length = payload.remaining();
    if (length == 1) {
      return Rule.CLOSE_BODY_TOO_SHORT;
    }
    if (length >= 2) {
      int value = (payload.get(0) & 0xff) << 8 | (payload.get(1) & 0xff);
      if (!CloseCode.sendable(value)) {
        return Rule.CLOSE_CODE_INVALID;
      }
      if (Utf8Check.after(Utf8Check.DONE, payload, 2, length - 2) != Utf8Check.DONE) {
        return Rule.CLOSE_REASON_NOT_UTF8;
      }
      code = CloseCode.of(value);
      reason = new Utf8(payload, 2, length - 2).toString();
    }
    state = state.after(CloseState.Input.RECEIVE_CLOSE);
    if (state == CloseState.CLOSE_RECEIVED) {
      // 5.5.1: the answer carries the code that was received
      writer.frame(Frames.FIN | Opcode.CLOSE.value(), payload.slice(0, Math.min(length, 2)));
      state = state.after(CloseState.Input.SEND_CLOSE);
    }
    end(code, reason, receiver);
    return null;
  }

  private void fail(Rule rule, Receiver receiver) {
    var code = rule.closeCode();
    if (code == null) {
      throw new IllegalStateException(rule + " is no rule about frames");
    }
    if (state == CloseState.OPEN) {
      writeClose(code, rule.words());
    }
    state = state.after(CloseState.Input.RECEIVE_VIOLATION);
    violation = rule;
    end(code, rule.words(), receiver);
  }

  private void end(CloseCode code, String reason, Receiver receiver) {
    unanswered = null;
    streaming = null;
    reader.release();
    if (deflate != null) {
      deflate.release();
    }
    receiver.take(new Incoming.Closed(code, reason));
  }

  /** Makes the running {@code receive} return after the event at hand. */
  public void pause() {
    paused = true;
  }

  /** The transport has ended. Without a Close frame before, that is 1006 (7.1.5). */
  public void eof(Receiver receiver) {
    if (inReceive) {
      throw new IllegalStateException("eof was called by a receiver");
    }
    if (closed()) {
      return;
    }
    state = state.after(CloseState.Input.RECEIVE_EOF);
    end(CloseCode.ABNORMAL, "", receiver);
  }

  /**
   * Sends a text message.
   *
   * @param utf8 valid UTF-8 between position and limit (not checked); the position stays
   * @throws IllegalStateException when {@link #canSend()} is false, or within a streamed message
   */
  public void text(ByteBuffer utf8) {
    message(Opcode.TEXT, utf8);
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
    message(Opcode.BINARY, payload);
  }

  private void message(Opcode type, ByteBuffer payload) {
    requireSendable();
    if (streaming != null) {
      throw new IllegalStateException("a streamed message has not ended");
    }
    answerPing();
    if (deflate != null && payload.remaining() >= deflate.thresholdBytes()) {
      var compressed = payload.hasRemaining() ? deflate.writer().message(payload) : null;
      if (compressed != null) {
        writer.frame(Frames.FIN | Frames.RSV1 | type.value(), compressed);
        return;
      }
    }
    writer.frame(Frames.FIN | type.value(), payload);
  }

  /**
   * Sends a piece of a message whose length is not known yet; the first piece starts it. Control
   * frames may go between pieces, messages may not.
   *
   * @param type TEXT or BINARY, the same for all pieces
   * @param last whether the message ends with this piece, which may be empty
   */
  public void part(Opcode type, ByteBuffer payload, boolean last) {
    requireSendable();
    if (type != Opcode.TEXT && type != Opcode.BINARY) {
      throw new IllegalArgumentException("type is " + type + ", must be TEXT or BINARY");
    }
    if (streaming != null && streaming != type) {
      throw new IllegalStateException("a message of type " + streaming + " has not ended");
    }
    answerPing();
    int first = (last ? Frames.FIN : 0);
    if (streaming == null) {
      first |= type.value() | (deflate == null ? 0 : Frames.RSV1); // RFC 7692 6.1
    }
    streaming = last ? null : type;
    writer.frame(first, deflate == null ? payload : deflate.writer().part(payload, last));
  }

  /**
   * Sends a Ping.
   *
   * @param payload at most 125 bytes
   */
  public void ping(ByteBuffer payload) {
    sendControl(Opcode.PING, payload);
  }

  /**
   * Sends a Pong that nobody asked for; answers to Pings go by themselves.
   *
   * @param payload at most 125 bytes
   */
  public void pong(ByteBuffer payload) {
    sendControl(Opcode.PONG, payload);
  }

  private void sendControl(Opcode type, ByteBuffer payload) {
    requireSendable();
    if (payload.remaining() > MAX_CONTROL) {
      throw new IllegalArgumentException(
          "a control frame carries at most 125 bytes, not " + payload.remaining());
    }
    answerPing();
    writer.frame(Frames.FIN | type.value(), payload);
  }

  /** Answers the Ping that waited for a full output, if there is one and there is room now. */
  public void answerPing() {
    var payload = unanswered;
    if (payload != null && state == CloseState.OPEN && !writer.full()) {
      unanswered = null;
      writer.frame(Frames.FIN | Opcode.PONG.value(), ByteBuffer.wrap(payload));
    }
  }

  /**
   * Starts the closing handshake. Nothing can be sent afterwards, messages may still come in. Does
   * nothing when a Close is out already.
   *
   * @param code one that is {@link CloseCode#sendable()}
   * @param reason at most 123 bytes in UTF-8; longer ones are cut at a character
   */
  public void close(CloseCode code, String reason) {
    if (!code.sendable()) {
      throw new IllegalArgumentException("close code " + code + " must not be sent");
    }
    if (state == CloseState.OPEN) {
      writeClose(code, reason);
      state = state.after(CloseState.Input.SEND_CLOSE);
    }
  }

  /** Starts the closing handshake without a code; the peer is told 1005. */
  public void close() {
    if (state == CloseState.OPEN) {
      writer.frame(Frames.FIN | Opcode.CLOSE.value(), EMPTY);
      state = state.after(CloseState.Input.SEND_CLOSE);
    }
  }

  private void writeClose(CloseCode code, String reason) {
    var words = reason.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(words.length, MAX_CONTROL - 2);
    while (length < words.length && length > 0 && (words[length] & 0xc0) == 0x80) {
      length--; // back to the start of the character that does not fit
    }
    var body = ByteBuffer.allocate(2 + length).putShort((short) code.value());
    writer.frame(Frames.FIN | Opcode.CLOSE.value(), body.put(words, 0, length).flip());
  }

  private void requireSendable() {
    if (!canSend()) {
      throw new IllegalStateException("nothing can be sent: the connection is " + state);
    }
  }

  /** Whether a frame compressed by {@link SharedCompression} from this much may be sent now. */
  public boolean accepts(int plaintextBytes) {
    return deflate != null && canSend() && !sending() && deflate.writer().fits(plaintextBytes);
  }

  /**
   * Says that one or more frames compressed by {@link SharedCompression} were put on the wire past
   * this engine: its own dictionary is dropped, as the peer's window now holds other bytes.
   */
  public void sentShared() {
    if (deflate == null) {
      throw new IllegalStateException("compression was not negotiated");
    }
    deflate.writer().forget();
  }

  /** Whether messages can be sent: no Close is out, none has come, no rule was broken. */
  public boolean canSend() {
    return state == CloseState.OPEN;
  }

  /** Whether a streamed message of ours has begun and not ended; shared frames must wait. */
  public boolean sending() {
    return streaming != null;
  }

  /** Whether a frame or a message of the peer has begun and not ended, for time limits on it. */
  public boolean receiving() {
    return reader.receiving();
  }

  /** Bytes that are still to come of the frame of the peer's that has begun, 0 between frames. */
  public int expectedBytes() {
    return reader.expectedBytes();
  }

  /** Bytes of memory held for a message that has not ended, to be charged to a governor. */
  public int heldBytes() {
    return reader.heldBytes();
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
