package dev.carillon.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.broker.memory.MemoryBroker;
import dev.carillon.core.Draft;
import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.From;
import dev.carillon.core.JoinOptions;
import dev.carillon.core.Node;
import dev.carillon.core.NodeSettings;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.RoomName;
import dev.carillon.core.Session;
import dev.carillon.core.Shard;
import dev.carillon.core.Subscriber;
import dev.carillon.core.User;
import dev.carillon.core.Wildcard;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Bytes;
import dev.carillon.core.spi.Gate;
import dev.carillon.core.spi.Mailbox;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.Permissions;
import dev.carillon.core.spi.WireForm;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Thousands come back at once, farther behind than the node's own log reaches. */
class CatchingUpTests {
  private static final RoomName ROOM = RoomName.of("room");
  private static final int MESSAGES = 900;
  private static final int PAGE = 64;

  private final TestMailbox mailbox = new TestMailbox();
  private final Reads broker =
      new Reads(new MemoryBroker(Policies.DEFAULT, InstantSource.system(), new Random(1)));
  private final Node node =
      new Node(
          new NodeSettings(
              "test",
              10_000,
              10,
              256,
              10_000,
              PAGE,
              1 << 20,
              512 << 10,
              NodeSettings.DEFAULT.turnsAtOnce(),
              NodeSettings.DEFAULT.roomIdle(),
              NodeSettings.DEFAULT.sessionTtl(),
              NodeSettings.DEFAULT.presenceGrace(),
              100,
              64L << 20),
          Policies.DEFAULT,
          broker,
          Gate.OPEN,
          InstantSource.system(),
          new Random(1),
          List.<Mailbox>of(mailbox));

  /** The broker, and how often each offset was read from. */
  private record Reads(Broker broker, TreeMap<Long, Integer> reads) implements Broker {
    Reads(Broker broker) {
      this(broker, new TreeMap<>());
    }

    @Override
    public void read(
        RoomName room, long from, int limit, int maxBytes, Consumer<Answer<Page>> answer) {
      reads.merge(from, 1, Integer::sum);
      broker.read(room, from, limit, maxBytes, answer);
    }

    @Override
    public void append(RoomName room, List<Append> batch, Consumer<List<Appended>> answer) {
      broker.append(room, batch, answer);
    }

    @Override
    public Attachment attach(RoomName room, Feed feed, Consumer<Answer<Extent>> answer) {
      return broker.attach(room, feed, answer);
    }

    @Override
    public void rooms(Wildcard matching, int limit, Consumer<Answer<List<RoomName>>> answer) {
      broker.rooms(matching, limit, answer);
    }

    @Override
    public void find(RoomName room, long since, Consumer<Answer<Extent>> answer) {
      broker.find(room, since, answer);
    }

    @Override
    public void subscription(RoomName room, Subscriber who, Consumer<Answer<Subscription>> answer) {
      broker.subscription(room, who, answer);
    }

    @Override
    public void settle(
        RoomName room, Subscriber who, Cursor cursor, Consumer<Answer<Cursor>> answer) {
      broker.settle(room, who, cursor, answer);
    }

    @Override
    public void close() {
      broker.close();
    }
  }

  /** Frames of eight bytes: the offset. */
  private static final WireForm OFFSETS =
      (RoomName room, Epoch epoch, Entry entry, boolean compress, Bytes into) -> {
        for (int shift = 56; shift >= 0; shift -= 8) {
          into.put((int) (entry.offset() >>> shift));
        }
      };

  /** A reader that checks the order of what it gets, and takes so many frames at once. */
  private static final class Reader extends SilentPeer {
    final int atOnce;
    Session session;
    long expected = 1;
    int room;
    boolean full;

    @SuppressWarnings("NullAway.Init") // the session is set right after it was opened with this
    Reader(int atOnce) {
      this.atOnce = atOnce;
      this.room = atOnce;
    }

    @Override
    public int offer(ByteBuffer slice) {
      int taken = Math.min(slice.remaining() / 8, room);
      for (int i = 0; i < taken; i++) {
        assertThat(slice.getLong(slice.position() + 8 * i)).isEqualTo(expected++);
      }
      room -= taken;
      full = taken < slice.remaining() / 8;
      return taken * 8;
    }

    void open() {
      room = atOnce;
      if (full) {
        full = false;
        session.writable();
      }
    }

    @Override
    public void tell(Notice notice) {
      assertThat(notice).isInstanceOf(Notice.Resumed.class);
    }
  }

  private List<Reader> join(int count, int atOnce) {
    Shard shard = node.shard(0);
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Reader reader = new Reader(atOnce);
      reader.session = shard.open(new User("u" + i), Permissions.ALL, OFFSETS, reader, reader);
      readers.add(reader);
    }
    return readers;
  }

  private void fill() {
    for (int i = 0; i < MESSAGES; i++) {
      node.publish(ROOM, Draft.of(Payload.text("m" + i)), (answer, readers) -> {});
    }
    mailbox.runAll();
  }

  private void comeBack(List<Reader> readers) {
    List<Broker.Extent> extents = new ArrayList<>();
    broker.find(
        ROOM,
        Long.MAX_VALUE,
        answer -> {
          if (answer instanceof Broker.Answer.Done<Broker.Extent>(var extent)) {
            extents.add(extent);
          }
        });
    var start = new dev.carillon.core.Position(extents.getFirst().epoch(), 0);
    for (Reader reader : readers) {
      reader.session.join(1, ROOM, JoinOptions.from(new From.After(start)));
    }
    mailbox.runAll();
  }

  @Test
  void eachPageIsReadOnceForAll() {
    fill();
    List<Reader> readers = join(10_000, Integer.MAX_VALUE);
    comeBack(readers);

    assertThat(readers).allMatch(reader -> reader.expected == MESSAGES + 1);
    assertThat(broker.reads().values()).as("reads by offset " + broker.reads()).containsOnly(1);
    assertThat(broker.reads()).hasSize((MESSAGES - 1) / PAGE + 1);
  }

  @Test
  void stragglersCostAFewReadsMoreAndNotOneEach() {
    fill();
    List<Reader> readers = new ArrayList<>(join(1500, Integer.MAX_VALUE));
    readers.addAll(join(1500, 50));
    readers.addAll(join(1500, 20));
    comeBack(readers);
    for (int i = 0; i < MESSAGES / 20 + 5; i++) {
      readers.forEach(Reader::open);
      mailbox.runAll();
    }
    assertThat(readers).allMatch(reader -> reader.expected == MESSAGES + 1);
    assertThat(broker.reads().values()).allMatch(times -> times <= 3);
  }
}
