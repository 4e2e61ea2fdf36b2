package dev.carillon.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.broker.memory.MemoryBroker;
import dev.carillon.core.Draft;
import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.JoinOptions;
import dev.carillon.core.Node;
import dev.carillon.core.NodeSettings;
import dev.carillon.core.Payload;
import dev.carillon.core.Policies;
import dev.carillon.core.RoomName;
import dev.carillon.core.Session;
import dev.carillon.core.User;
import dev.carillon.core.spi.Bytes;
import dev.carillon.core.spi.Gate;
import dev.carillon.core.spi.Mailbox;
import dev.carillon.core.spi.Permissions;
import dev.carillon.core.spi.WireForm;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is published while a loop is still delivering what was published before. */
class TurnsAtOnceTests {
  private static final RoomName ROOM = RoomName.of("room");

  /** Frames of a byte: the offset. */
  private static final WireForm OFFSETS =
      (RoomName room, Epoch epoch, Entry entry, boolean compress, Bytes into) ->
          into.put((int) entry.offset());

  private final TestMailbox mailbox = new TestMailbox();
  private final List<String> writes = new ArrayList<>();
  private final Node node =
      new Node(
          NodeSettings.DEFAULT.withTurnsAtOnce(2),
          Policies.DEFAULT,
          new MemoryBroker(Policies.DEFAULT, InstantSource.system(), new Random(1)),
          Gate.OPEN,
          InstantSource.system(),
          new Random(1),
          List.<Mailbox>of(mailbox));

  /** Notes each write as its name and the offsets that went out in it. */
  private final class Reader extends SilentPeer {
    private final char name;

    Reader(char name) {
      this.name = name;
    }

    @Override
    public int offer(ByteBuffer slice) {
      StringBuilder write = new StringBuilder().append(name);
      for (int i = slice.position(); i < slice.limit(); i++) {
        write.append(slice.get(i));
      }
      writes.add(write.toString());
      return slice.remaining();
    }
  }

  private void join(String names) {
    for (char name : names.toCharArray()) {
      Reader reader = new Reader(name);
      Session session =
          node.shard(0).open(new User("u" + name), Permissions.ALL, OFFSETS, reader, reader);
      session.join(1, ROOM, JoinOptions.NOW);
    }
    mailbox.runAll();
  }

  private void publish(int priority) {
    Draft draft = new Draft(null, Payload.text("m"), Map.of(), null, priority, 0, true, null, null);
    node.publish(ROOM, draft, (answer, readers) -> {});
  }

  private void runUntilSomethingIsWritten() {
    while (writes.isEmpty()) {
      mailbox.runOne();
    }
  }

  @Test
  void isSentTogetherWithItToThoseWhoStillWait() {
    join("abcdefghij");
    publish(0);
    runUntilSomethingIsWritten();
    publish(0);
    mailbox.runAll();

    assertThat(writes).startsWith("a1", "b1").containsSubsequence("i12", "j12", "a2", "b2");
    assertThat(String.join("", writes).replaceAll("[a-z]", "")).hasSize(20);
  }

  @Test
  void goesFirstWhenItIsUrgent() {
    join("abcd");
    publish(0);
    runUntilSomethingIsWritten();
    publish(10);
    mailbox.runAll();

    assertThat(writes).startsWith("a1", "b1").contains("a2", "b2");
    assertThat(String.join("", writes).replaceAll("[a-z]", "")).hasSize(8);
  }
}
