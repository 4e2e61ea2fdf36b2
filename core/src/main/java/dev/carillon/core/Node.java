package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Mailbox;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** One server process's rooms, spread over shards. Safe for use by many threads. */
public final class Node {
  /** A node with a shard for each mailbox. */
  public Node(
      NodeSettings settings,
      Policies policies,
      Broker broker,
      InstantSource clock,
      RandomGenerator random,
      List<Mailbox> mailboxes) {}

  /** The shard that runs on the loop of the given index. */
  public Shard shard(int index) {
    throw new IllegalStateException();
  }

  /** Publishes for the server itself. The answer comes on any thread. */
  public void publish(RoomName room, Draft draft, Consumer<Broker.Appended> answer) {}
}
