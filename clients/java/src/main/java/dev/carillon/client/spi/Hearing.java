package dev.carillon.client.spi;

import dev.carillon.client.RoomEvent;
import dev.carillon.wire.ServerMessage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the server says about rooms, brought to the reader that it concerns. */
final class Hearing {
  /** What a room's name follows in the name of the log of its presence. */
  private static final String PRESENCE = "$presence/";

  private final Rooms rooms;
  private final Requests requests;

  Hearing(Rooms rooms, Requests requests) {
    this.rooms = rooms;
    this.requests = requests;
  }

  void message(ServerMessage.Message message, long now) {
    Reader reader = rooms.live(message.room());
    if (reader != null) {
      rooms.fresh(reader);
      took(reader, reader.reading.message(message.entry()), message.entry().offset(), now);
    }
  }

  void resumed(ServerMessage.Resumed resumed, long now) {
    Reader reader = rooms.live(resumed.room());
    if (reader != null) {
      rooms.fresh(reader);
      took(reader, reader.reading.resumed(resumed), resumed.from(), now);
    }
  }

  void heads(ServerMessage.Heads heads, long now) {
    heads
        .rooms()
        .forEach(
            (room, head) -> {
              Reader reader = rooms.live(room);
              if (reader != null) {
                rooms.fresh(reader);
                took(reader, reader.reading.head(head), head + 1, now);
              }
            });
  }

  void gap(ServerMessage.Gap gap, long now) {
    Reader reader = rooms.live(gap.room());
    if (reader != null) {
      rooms.deliver(reader.reading.gap(gap));
    } else {
      presenceLost(gap.room(), now);
    }
  }

  void reset(ServerMessage.Reset reset, long now) {
    Reader reader = rooms.live(reset.room());
    if (reader != null) {
      rooms.fresh(reader);
      rooms.deliver(reader.reading.reset(reset));
    } else {
      presenceLost(reset.room(), now);
    }
  }

  void skipped(ServerMessage.Skipped skipped) {
    Reader reader = rooms.live(skipped.room());
    if (reader != null) {
      rooms.deliver(reader.reading.skipped(skipped));
      return;
    }
    Reader seen = whosePresence(skipped.room());
    if (seen != null) {
      seen.presence.skip(skipped.ranges());
    }
  }

  void rewind(ServerMessage.Rewind rewind) {
    Reader reader = rooms.live(rewind.room());
    if (reader != null) {
      rooms.deliver(reader.reading.rewind(rewind));
    }
  }

  void stale(ServerMessage.Stale stale) {
    Reader reader = rooms.live(stale.room());
    if (reader != null) {
      reader.stale = true;
      Instant since = Instant.ofEpochMilli(stale.since());
      rooms.deliver(List.of(new RoomEvent.Stale(stale.room(), since)));
    }
  }

  void presence(ServerMessage.Presence change, long now) {
    Reader reader = rooms.live(change.room());
    if (reader == null) {
      return;
    }
    boolean missing = reader.presence.missesSomethingBefore(change);
    RoomEvent event = reader.presence.changed(change);
    if (event != null) {
      rooms.deliver(List.of(event));
    }
    if (missing) {
      askMembers(reader, now);
    }
  }

  private void took(Reader reader, @Nullable List<RoomEvent> events, long reached, long now) {
    if (events == null) {
      rooms.deliver(List.of(reader.reading.askAgain(reached)));
      rooms.again(reader, now);
    } else {
      rooms.deliver(events);
    }
  }

  private @Nullable Reader whosePresence(String room) {
    return room.startsWith(PRESENCE) ? rooms.live(room.substring(PRESENCE.length())) : null;
  }

  private void presenceLost(String room, long now) {
    Reader reader = whosePresence(room);
    if (reader != null) {
      askMembers(reader, now);
    }
  }

  private void askMembers(Reader reader, long now) {
    requests.add(
        Request.members(
            reader.room(),
            answer -> {
              if (answer instanceof ServerMessage.Members members
                  && rooms.get(reader.room()) == reader) {
                rooms.deliver(reader.presence.listed(members.roster()));
              }
            }),
        now);
  }
}
