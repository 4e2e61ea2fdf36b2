package dev.carillon.load;

import dev.carillon.websocket.ClientHandshake;
import dev.carillon.websocket.HttpHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** One of the run's connections. Confined to the run's thread. */
final class Client {
  /** What a client does. */
  enum State {
    CONNECTING,
    HANDSHAKING,
    OPENING,
    OPEN,
    OVER
  }

  final int number;
  final int room;
  final SocketChannel channel;
  final long dialledAt;
  State state = State.CONNECTING;

  /** Whose messages it gets: its own number for an echo, else its room's. */
  final int source;

  /**
   * The sequence of the message that it should get next; negative before the first one, whichever
   * that is. And that of the one that it sends next.
   */
  long expected;

  long sent;
  long sentAt;

  /** How many messages have come in, and the answers to the read that is going on. */
  long received;

  int answers;

  private final Crowd crowd;
  private final FrameScan frames;
  private @Nullable SelectionKey key;
  private @Nullable ClientHandshake handshake;
  private @Nullable HttpHead head;
  private @Nullable ByteBuffer unsent;
  private int step;

  Client(Crowd crowd, int number, int room, int source, SocketChannel channel, long now) {
    this.crowd = crowd;
    this.number = number;
    this.room = room;
    this.source = source;
    this.channel = channel;
    this.dialledAt = now;
    this.frames = new FrameScan(this, crowd);
  }

  void registered(SelectionKey registration) {
    key = registration;
  }

  // -- Opening -----------------------------------------------------------------------------------

  void connected() throws IOException {
    channel.finishConnect();
    interest(SelectionKey.OP_READ);
    ClientHandshake asked = crowd.handshake(room);
    handshake = asked;
    head = HttpHead.response(dev.carillon.websocket.HttpLimits.DEFAULT);
    state = State.HANDSHAKING;
    write(ByteBuffer.wrap(asked.head().toByteArray()));
  }

  private void handshake(ByteBuffer in, HttpHead reading, ClientHandshake asked) {
    switch (reading.receive(in)) {
      case HttpHead.Progress.Incomplete() -> {}
      case HttpHead.Progress.Request request -> throw new IllegalStateException("" + request);
      case HttpHead.Progress.Malformed(var rule, var words) ->
          crowd.refused(this, "the server does not speak HTTP/1.1: " + words);
      case HttpHead.Progress.Response(var response) -> {
        switch (asked.check(response)) {
          case ClientHandshake.Outcome.Refused refused -> crowd.refused(this, refused.words());
          case ClientHandshake.Outcome.Agreed agreed -> {
            handshake = null;
            head = null;
            crowd.agreed(this, agreed);
            if (agreed.deflate() != null) {
              frames.inflating(crowd.samples(this), agreed.deflate().serverNoContextTakeover());
            }
            state = State.OPENING;
            next();
          }
        }
      }
    }
  }

  /** Says the next step of the opening, or is open. */
  private void next() {
    var opening = crowd.target().dialect().opening();
    if (step == opening.size()) {
      state = State.OPEN;
      crowd.opened(this);
    } else {
      write(ByteBuffer.wrap(Template.text(crowd.inRoom(opening.get(step).say(), room))));
    }
  }

  /** A frame that carries no stamp. */
  void told(ByteBuffer in, int from, int end) {
    if (state == State.OPENING) {
      byte[] answer =
          crowd
              .target()
              .dialect()
              .opening()
              .get(step)
              .answer()
              .getBytes(java.nio.charset.StandardCharsets.UTF_8);
      if (FrameScan.contains(in, from, end, answer)) {
        step++;
        next();
      }
    }
  }

  // -- Reading -----------------------------------------------------------------------------------

  /** The socket has something: one read. */
  void readable(ByteBuffer buffer) throws IOException {
    buffer.clear();
    frames.resume(buffer);
    int more = channel.read(buffer);
    if (more < 0) {
      crowd.ended(this, "without a close frame");
      return;
    }
    crowd.bytesReceived += more;
    crowd.readAt = System.nanoTime();
    buffer.flip();
    answers = 0;
    HttpHead reading = head;
    ClientHandshake asked = handshake;
    if (reading != null && asked != null) {
      handshake(buffer, reading, asked);
    }
    if (state == State.OPENING || state == State.OPEN) {
      frames.scan(buffer);
    }
    if (state == State.OPEN && answers > 0) {
      crowd.course().answered(this, answers);
    }
  }

  /** Whether it looks into what it gets. */
  boolean looks() {
    return frames.looks();
  }

  // -- Writing -----------------------------------------------------------------------------------

  /** Sends what there is between position and limit, now or as soon as the socket takes it. */
  void write(ByteBuffer bytes) {
    try {
      ByteBuffer waiting = unsent;
      if (waiting == null) {
        channel.write(bytes);
        if (!bytes.hasRemaining()) {
          return;
        }
      }
      int size = bytes.remaining() + (waiting == null ? 0 : waiting.remaining());
      ByteBuffer both = ByteBuffer.allocate(size);
      if (waiting != null) {
        both.put(waiting);
      }
      unsent = both.put(bytes).flip();
      interest(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    } catch (IOException broken) {
      crowd.ended(this, "while it was written to");
    }
  }

  void writable() throws IOException {
    ByteBuffer waiting = unsent;
    if (waiting != null) {
      channel.write(waiting);
    }
    if (waiting == null || !waiting.hasRemaining()) {
      unsent = null;
      interest(SelectionKey.OP_READ);
    }
  }

  /** Whether what was written last has not all been taken by the socket. */
  boolean isBehind() {
    return unsent != null;
  }

  private void interest(int operations) {
    SelectionKey registration = key;
    if (registration != null && registration.isValid()) {
      registration.interestOps(operations);
    }
  }
}
