package dev.carillon.simulator;

import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.Position;
import dev.carillon.wire.Secret;
import dev.carillon.wire.ServerMessage;
import dev.carillon.wire.Start;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** What goes over one connection, checked before the client's state machine sees it. */
final class WireWatch {
  private static final String PRESENCE = "$presence/";

  private final Witness witness;
  private final String who;
  private final KeptSessions kept;
  private final Map<Long, ClientMessage.Join> joins = new LinkedHashMap<>();
  private final Map<String, Track> tracks = new LinkedHashMap<>();
  private final Map<String, Crowd> crowds = new LinkedHashMap<>();

  /** Whether it asked with the token of a session that it was sure to get back. */
  private boolean promised;

  WireWatch(Witness witness, String who, KeptSessions kept) {
    this.witness = witness;
    this.who = who;
    this.kept = kept;
  }

  void said(ClientMessage message) {
    switch (message) {
      case ClientMessage.Join join -> joins.put(join.id(), join);
      case ClientMessage.Connect connect -> {
        Secret secret = connect.resume();
        String token = secret == null ? null : secret.value();
        promised = token != null && kept.promised(token);
        kept.asked(token);
      }
      default -> {}
    }
  }

  void heard(ServerMessage message) {
    switch (message) {
      case ServerMessage.Welcome welcome -> {
        if (promised && !welcome.resumed() && kept.isRoom()) {
          witness.violated("10 " + who + " has a token, and its session was on the disk");
        }
      }
      case ServerMessage.Joined joined -> joined(joined);
      case ServerMessage.Resumed m -> of(m.room(), t -> t.resumed(m.epoch(), m.from(), m.to()));
      case ServerMessage.Reset m -> {
        if (!presence(m.room())) {
          of(m.room(), t -> t.reset(m.epoch(), m.head()));
        }
      }
      case ServerMessage.Gap m -> {
        if (!presence(m.room())) {
          of(m.room(), t -> t.announced(m.ranges()));
        }
      }
      case ServerMessage.Skipped m -> {
        if (!presence(m.room())) {
          of(m.room(), t -> t.announced(m.ranges()));
        }
      }
      case ServerMessage.Stale m -> witness.stands(m.room(), who);
      case ServerMessage.Rejected(var id, var room, var outcome, var problem, var last) -> {
        if (room != null && problem.code().equals("broker_unavailable")) {
          witness.stands(room, who);
        }
      }
      case ServerMessage.Error(var id, var room, var problem) -> {
        if (room != null && problem.code().equals("broker_unavailable")) {
          witness.stands(room, who);
        }
      }
      case ServerMessage.Rewind m -> of(m.room(), t -> t.rewound(m.to()));
      case ServerMessage.Message m -> of(m.room(), t -> t.message(m.entry()));
      case ServerMessage.Presence m -> {
        Crowd crowd = crowds.get(m.room());
        if (crowd != null) {
          crowd.changed(m.event(), m.member());
        }
      }
      case ServerMessage.Heads m -> m.rooms().forEach(this::head);
      case ServerMessage.Left m -> {
        tracks.remove(m.room());
        crowds.remove(m.room());
      }
      default -> {}
    }
  }

  /** A head is told to who has had everything before it. */
  private void head(String room, long head) {
    Track track = tracks.get(room);
    if (track != null && track.position().offset() != head) {
      witness.violated(
          "2 %s is at %s of %s, the head is %d".formatted(who, track.position(), room, head));
    }
  }

  private boolean presence(String room) {
    if (!room.startsWith(PRESENCE)) {
      return false;
    }
    Crowd crowd = crowds.get(room.substring(PRESENCE.length()));
    if (crowd != null) {
      crowd.lost();
    }
    return true;
  }

  private void joined(ServerMessage.Joined joined) {
    ClientMessage.Join asked = joins.remove(joined.id());
    if (asked == null) {
      witness.violated("6 " + who + " joined " + joined.room() + " without asking");
      return;
    }
    String room = joined.room();
    boolean acks = asked.ack() || asked.name() != null;
    String wire = who + "'s wire";
    Track track =
        asked.start() instanceof Start.From(Position(var epoch, var offset)) && !acks
            ? new Track(witness, wire, room, epoch, offset + 1, false, false)
            : new Track(witness, wire, room, joined.epoch(), joined.head() + 1, true, acks);
    tracks.put(room, track);
    if (joined.presence() != null) {
      crowds.put(room, new Crowd(witness, who + " in " + room));
    }
  }

  private void of(String room, Consumer<Track> what) {
    Track track = tracks.get(room);
    if (track == null) {
      witness.violated("7 " + who + " was told of " + room + " without having joined");
    } else {
      what.accept(track);
    }
  }
}
