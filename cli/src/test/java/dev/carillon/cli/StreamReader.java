package dev.carillon.cli;

import dev.carillon.connection.Handler;
import dev.carillon.connection.Link;
import dev.carillon.transport.ClientConnection;
import dev.carillon.websocket.CloseCode;
import dev.carillon.websocket.Utf8;
import dev.carillon.wire.ByteSink;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.Entry;
import dev.carillon.wire.FromServer;
import dev.carillon.wire.Payload;
import dev.carillon.wire.Position;
import dev.carillon.wire.Priority;
import dev.carillon.wire.Range;
import dev.carillon.wire.ServerMessage;
import dev.carillon.wire.Start;
import dev.carillon.wire.Target;
import dev.carillon.wire.WireCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client that reads one room in one codec and holds what it is given against the promise: rising
 * offsets, none twice, no hole that was not told, and the same message at the same offset as for
 * everybody else. Confined to its loop but for the volatile fields.
 */
final class StreamReader implements Handler {
  /** What each room's offsets hold, as the first reader of each was given it. */
  static final class Truth {
    private final Map<Long, String> messages = new ConcurrentHashMap<>();

    private @Nullable String differing(Entry entry) {
      String seen = entry.key() + " " + new String(entry.payload().bytes(), StandardCharsets.UTF_8);
      String before = messages.putIfAbsent(entry.offset(), seen);
      return before == null || before.equals(seen) ? null : before + " and " + seen;
    }
  }

  final String room;
  final @Nullable String filter;

  /** Whether it is one that stops reading for a while. */
  boolean stalls;

  private final WireCodec codec;

  /** Another one, for the thread that publishes. */
  private final WireCodec publishing;

  private final Truth truth;
  private final TreeMap<Long, Long> told = new TreeMap<>();
  private final ByteSink sink = new ByteSink(256);
  private @Nullable String epoch;

  volatile @Nullable String wrong;
  volatile @Nullable String closed;
  volatile long expected;
  volatile boolean joined;
  final AtomicInteger messages = new AtomicInteger();
  final AtomicInteger gaps = new AtomicInteger();
  final AtomicInteger skips = new AtomicInteger();
  final AtomicInteger returns = new AtomicInteger();
  volatile @Nullable ClientConnection connection;

  StreamReader(String room, @Nullable String filter, Supplier<WireCodec> codecs, Truth truth) {
    this.room = room;
    this.filter = filter;
    this.codec = codecs.get();
    this.publishing = codecs.get();
    this.truth = truth;
  }

  @Override
  public void opened(Link own) {
    closed = null;
    joined = false;
    send(own, new ClientMessage.Connect(1, null, null, null, null));
    String known = epoch;
    Start start = known == null ? null : new Start.From(new Position(known, expected - 1));
    send(own, new ClientMessage.Join(2, room, start, false, filter, null));
  }

  void send(Link to, ClientMessage message) {
    sink.clear();
    codec.encode(message, sink);
    if (codec.text()) {
      to.text(Utf8.of(new String(sink.toByteArray(), StandardCharsets.UTF_8)));
    } else {
      to.binary(sink.buffer());
    }
  }

  /** Publishes. Not on the loop. */
  void publish(String text, @Nullable String key, String color, boolean echo) {
    ClientConnection own = connection;
    if (own == null || closed != null) {
      return;
    }
    ByteSink bytes = new ByteSink(1024);
    publishing.encode(
        new ClientMessage.Publish(
            0,
            new Target.Room(room),
            null,
            Payload.text(text),
            null,
            null,
            key,
            Map.of("color", color),
            Priority.NORMAL,
            null,
            echo,
            null,
            false),
        bytes);
    if (publishing.text()) {
      own.text(new String(bytes.toByteArray(), StandardCharsets.UTF_8));
    } else {
      own.binary(bytes.toByteArray());
    }
  }

  @Override
  public void text(Link own, Utf8 text) {
    take(codec.decodeServer(text.bytes()));
  }

  @Override
  public void binary(Link own, ByteBuffer payload) {
    take(codec.decodeServer(payload));
  }

  @Override
  public void closed(Link own, CloseCode code, String reason) {
    closed = code.value() + " " + reason;
  }

  private void take(FromServer heard) {
    switch (heard) {
      case ServerMessage.Joined answer -> {
        if (epoch == null) {
          epoch = answer.epoch();
          expected = answer.head() + 1;
        }
        joined = true;
      }
      case ServerMessage.Resumed resumed -> {
        returns.incrementAndGet();
        told.clear();
        require(resumed.from() == expected, "resumed at " + resumed.from());
      }
      case ServerMessage.Gap gap -> {
        gaps.incrementAndGet();
        gap.ranges().forEach(this::tell);
      }
      case ServerMessage.Skipped skipped -> {
        skips.incrementAndGet();
        skipped.ranges().forEach(this::tell);
      }
      case ServerMessage.Message message -> message(message.entry());
      case ServerMessage.Reset reset -> require(false, "reset " + reset.reason());
      case ServerMessage.Error error -> require(false, error.problem().message());
      default -> {}
    }
  }

  private void tell(Range range) {
    require(range.from() >= expected, "told of " + range + " which is past");
    require(told.put(range.from(), range.to()) == null, "told of " + range + " twice");
    pass();
  }

  private void message(Entry entry) {
    require(entry.offset() == expected, "got " + entry.offset());
    require(
        filter == null || Objects.equals(entry.tags().get("color"), "red"),
        "got what was filtered out at " + entry.offset());
    String differing = truth.differing(entry);
    require(differing == null, "at " + entry.offset() + " stand " + differing);
    expected = entry.offset() + 1;
    messages.incrementAndGet();
    pass();
  }

  private void pass() {
    Map.Entry<Long, Long> next;
    while ((next = told.firstEntry()) != null && next.getKey() == expected) {
      expected = next.getValue() + 1;
      told.pollFirstEntry();
    }
  }

  private void require(boolean right, String words) {
    if (!right && wrong == null) {
      wrong = room + " " + codec.subprotocol() + " expected " + expected + ", " + words;
    }
  }
}
