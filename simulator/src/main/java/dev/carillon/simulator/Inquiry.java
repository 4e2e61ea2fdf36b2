package dev.carillon.simulator;

import dev.carillon.core.Explained;
import dev.carillon.core.Explanation;
import dev.carillon.core.Position;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Broker;
import java.util.List;

/**
 * Asks a server at the end of a run why its sessions did or did not get some of the messages, and
 * holds the answers against what they saw.
 */
final class Inquiry {
  private static final int ASKED_IN_EACH_ROOM = 4;

  private final World world;
  private final Witness witness;
  private final SimulatedServer server;
  private int open;

  Inquiry(World world, Witness witness, SimulatedServer server) {
    this.world = world;
    this.witness = witness;
    this.server = server;
  }

  /** Asks about messages of a room in which somebody has been; nothing where it is empty. */
  void ask(Device device, RoomName room, Position head) {
    String session = device.session();
    if (session == null || head.offset() == 0) {
      return;
    }
    int most = (int) Math.min(head.offset(), 1_000_000);
    for (int i = 0; i < ASKED_IN_EACH_ROOM; i++) {
      long offset = head.offset() - (i == 0 ? 0 : world.questions.nextInt(most));
      open++;
      server.explain(
          room, offset, session, answer -> answered(device, room, session, head, offset, answer));
    }
  }

  boolean isOpen() {
    return open > 0;
  }

  private void answered(
      Device device,
      RoomName room,
      String session,
      Position head,
      long offset,
      Broker.Answer<Explained> answer) {
    open--;
    switch (answer) {
      case Broker.Answer.Failed<Explained>(var problem) ->
          witness.violated("17 not explained: " + problem);
      case Broker.Answer.Done<Explained>(var explained) -> {
        List<Explanation> all = explained.explanations();
        boolean same = explained.position().epoch().equals(head.epoch());
        if (all.size() != 1) {
          witness.violated("17 explained " + all.size() + " times: " + all);
        } else if (same && session.equals(device.session())) {
          check(device, room, head, offset, all.getFirst());
        }
      }
    }
  }

  private void check(
      Device device, RoomName room, Position head, long offset, Explanation explained) {
    world.trace(explained.outcome().code());
    String epoch = head.epoch().toString();
    Seen seen = device.application().seen(room.value(), server, epoch);
    String flaw = seen.flaw(offset, explained, device.application().reads(room.value()));
    if (flaw != null) {
      witness.violated("17 " + device.name() + ": " + flaw + ", but " + explained);
    }
  }
}
