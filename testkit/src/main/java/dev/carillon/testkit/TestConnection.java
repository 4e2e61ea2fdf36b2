package dev.carillon.testkit;

import dev.carillon.core.Disconnect;
import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.Payload;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.Session;
import dev.carillon.core.Shard;
import dev.carillon.core.spi.Arrival;
import dev.carillon.core.spi.Authenticator.Answer;
import dev.carillon.core.spi.Bytes;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Encoding;
import dev.carillon.core.spi.Line;
import dev.carillon.core.spi.Opening;
import dev.carillon.core.spi.Outlet;
import dev.carillon.core.spi.Protocol;
import dev.carillon.core.spi.Terms;
import dev.carillon.core.spi.WireForm;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A connection without a socket: a conversation in a protocol, on a shard of a {@link TestNode}. It
 * keeps every frame that the peer would have received. Confined to one thread.
 */
public final class TestConnection {
  /** A frame as the peer receives it. */
  public record Frame(Payload.Kind kind, Payload payload) {
    static Frame of(Payload.Kind kind, ByteBuffer bytes) {
      return new Frame(kind, Payload.copyOf(kind, bytes));
    }

    /** The content as text. */
    public String text() {
      return payload.asText();
    }
  }

  /** How the connection was ended by the server. */
  public record Closed(Disconnect why, String reason) {}

  private final Shard shard;
  private final TestNode node;
  private final WireForm form;
  private final Conversation conversation;
  private final Terms terms;
  private final Function<Credentials, Answer> authenticator;
  private final Deque<byte[]> unread = new ArrayDeque<>();
  private final List<Frame> frames = new ArrayList<>();
  private final List<String> offences = new ArrayList<>();
  private byte[] begun = new byte[0];
  private long window = Long.MAX_VALUE;
  private @Nullable Session session;
  private @Nullable Closed closed;
  private boolean authenticating;
  private boolean paused;
  private boolean gone;

  TestConnection(
      TestNode node,
      Shard shard,
      WireForm form,
      Protocol protocol,
      Opening opening,
      Terms terms,
      Function<Credentials, Answer> authenticator) {
    this.node = node;
    this.shard = shard;
    this.form = form;
    this.terms = terms;
    this.authenticator = authenticator;
    this.conversation = protocol.open(opening, new TestLine());
    shard.post(conversation::opened);
  }

  /** The conversation itself. */
  public Conversation conversation() {
    return conversation;
  }

  /** What the peer has received since the last call, oldest first. */
  public List<Frame> received() {
    List<Frame> result = List.copyOf(frames);
    frames.clear();
    return result;
  }

  /** How the server ended the connection, or null while it has not. */
  public @Nullable Closed closed() {
    return closed;
  }

  /** What the conversation did that no conversation may do: sending or closing after the end. */
  public List<String> offences() {
    return List.copyOf(offences);
  }

  /** The peer sends a text frame. */
  public TestConnection send(String text) {
    return send(Payload.text(text));
  }

  /** The peer sends a frame: text for {@code TEXT} and {@code JSON}, else binary. */
  public TestConnection send(Payload frame) {
    return sendAll(frame);
  }

  /** The peer sends frames that are read in one go, before anything else runs. */
  public TestConnection sendAll(Payload... frames) {
    for (Payload frame : frames) {
      byte[] bytes = Arrays.copyOf(frame.bytes(), frame.size() + 1);
      bytes[frame.size()] = (byte) (frame.kind() == Payload.Kind.BINARY ? 1 : 0);
      unread.add(bytes);
    }
    shard.post(this::read);
    node.settle();
    return this;
  }

  /** The peer's window: how many more bytes it takes before it is slow. */
  public TestConnection window(long bytes) {
    window = bytes;
    Session current = session;
    if (bytes > 0 && current != null && !gone) {
      shard.post(current::writable);
    }
    node.settle();
    return this;
  }

  /** The peer vanishes. */
  public void vanish() {
    Session current = session;
    if (!gone) {
      gone = true;
      if (current != null) {
        shard.post(current::disconnected);
      }
    }
    node.settle();
  }

  private void read() {
    while (!unread.isEmpty() && !authenticating && !paused && !gone) {
      byte[] frame = unread.remove();
      boolean binary = frame[frame.length - 1] == 1;
      ByteBuffer bytes = ByteBuffer.wrap(frame, 0, frame.length - 1);
      conversation.received(
          binary ? Payload.Kind.BINARY : Payload.Kind.TEXT, bytes.asReadOnlyBuffer());
      Arrays.fill(frame, (byte) '#'); // valid until received returns, and no longer
    }
  }

  private final class TestLine implements Line {
    @Override
    public void send(Payload.Kind kind, ByteBuffer bytes) {
      if (closed != null) {
        offences.add("sent a frame after it had closed the line");
      } else if (kind == Payload.Kind.JSON) {
        offences.add("sent a frame that is neither text nor binary");
      }
      frames.add(Frame.of(kind, bytes));
    }

    @Override
    public void authenticate(Credentials credentials, Arrival arrival) {
      if (authenticating || closed != null) {
        offences.add("asked for authentication while it is under way, or after the end");
        return;
      }
      authenticating = true;
      Problem full = session == null ? shard.refusal(arrival) : null;
      Answer answer = full == null ? authenticator.apply(credentials) : new Answer.Refused(full);
      shard.post(() -> authenticated(answer));
    }

    @Override
    public long now() {
      return node.clock().millis();
    }

    @Override
    public Terms terms() {
      return terms;
    }

    @Override
    public void close(Disconnect why, String reason) {
      if (closed != null) {
        offences.add("closed the line a second time");
        return;
      }
      closed = new Closed(why, reason);
    }
  }

  private void authenticated(Answer answer) {
    authenticating = false;
    if (gone) {
      return;
    }
    switch (answer) {
      case Answer.Accepted accepted -> accepted(accepted);
      case Answer.Refused(var problem) -> conversation.refused(problem);
    }
    read();
  }

  private void accepted(Answer.Accepted by) {
    Session own = session;
    if (own == null) {
      own = shard.open(by.user(), by.permissions(), form, new TestOutlet(), conversation);
      session = own;
    }
    if (own.renew(by)) {
      conversation.accepted(own);
    } else {
      conversation.refused(new Problem(Problem.Reason.FORBIDDEN, "the token is another user's"));
    }
  }

  private final class TestOutlet implements Outlet {
    @Override
    public int offer(ByteBuffer slice) {
      int taken = (int) Math.min(slice.remaining(), window);
      window -= taken;
      byte[] all = Arrays.copyOf(begun, begun.length + taken);
      slice.get(slice.position(), all, begun.length, taken);
      begun = FramedForm.take(all, TestConnection.this::delivered);
      return taken;
    }

    @Override
    public void flush() {}

    @Override
    public void pauseReading(boolean pause) {
      paused = pause;
      if (!pause) {
        shard.post(TestConnection.this::read);
      }
    }

    @Override
    public void close(Disconnect why, String reason) {
      if (closed == null) {
        closed = new Closed(why, reason);
      }
    }
  }

  private void delivered(Frame frame) {
    if (closed == null) {
      frames.add(frame);
    }
  }

  /** A protocol's encoding, framed by a kind and a length. */
  static final class FramedForm implements WireForm {
    private static final int HEADER = 5;

    private final Encoding encoding;
    private final Bytes scratch = new Bytes(256);

    FramedForm(Encoding encoding) {
      this.encoding = encoding;
    }

    @Override
    public void append(RoomName room, Epoch epoch, Entry entry, boolean compress, Bytes into) {
      scratch.clear(1 << 16);
      Payload.Kind kind = encoding.encode(room, entry, scratch);
      into.put(kind.ordinal());
      for (int shift = 24; shift >= 0; shift -= 8) {
        into.put(scratch.size() >>> shift);
      }
      into.put(scratch.array(), 0, scratch.size());
    }

    /** Hands out the whole frames and gives back what remains. */
    static byte[] take(byte[] bytes, java.util.function.Consumer<Frame> sink) {
      int at = 0;
      while (bytes.length - at >= HEADER) {
        int length = ByteBuffer.wrap(bytes, at + 1, 4).getInt();
        if (bytes.length - at - HEADER < length) {
          break;
        }
        Payload.Kind kind = Payload.Kind.values()[bytes[at]];
        sink.accept(Frame.of(kind, ByteBuffer.wrap(bytes, at + HEADER, length)));
        at += HEADER + length;
      }
      return Arrays.copyOfRange(bytes, at, bytes.length);
    }
  }
}
