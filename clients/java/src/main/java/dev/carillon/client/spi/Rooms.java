package dev.carillon.client.spi;

import dev.carillon.client.CarillonException;
import dev.carillon.client.CarillonException.RequestRefused;
import dev.carillon.client.CarillonException.RoomEnded;
import dev.carillon.client.RoomEvent;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.ErrorCode;
import dev.carillon.wire.Payload;
import dev.carillon.wire.Problem;
import dev.carillon.wire.ServerMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The rooms that are read, in the order in which they were joined: joined again after a loss. */
final class Rooms {
  private final Speaker speaker;
  private final Requests requests;
  private final RandomGenerator random;
  private final Map<String, Reader> readers = new LinkedHashMap<>();
  private boolean newSession = true;

  Rooms(Speaker speaker, Requests requests, RandomGenerator random) {
    this.speaker = speaker;
    this.requests = requests;
    this.random = random;
  }

  @Nullable Reader get(String room) {
    return readers.get(room);
  }

  /** The reader of a room that is joined at this moment. */
  @Nullable Reader live(String room) {
    Reader reader = readers.get(room);
    return reader != null && reader.phase == Reader.Phase.LIVE ? reader : null;
  }

  // -- Commands

  void join(long ticket, ClientMessage.Join join, long now) {
    String room = join.room();
    if (readers.containsKey(room)) {
      speaker.fail(
          ticket,
          new RequestRefused(
              ErrorCode.ALREADY_JOINED.code(),
              "the room " + room + " is joined already",
              false,
              null));
      return;
    }
    Reader reader = new Reader(join, ticket, now + Rules.REQUEST, random);
    readers.put(room, reader);
    ask(reader, now);
  }

  void leave(long ticket, String room, long now) {
    Reader reader = readers.remove(room);
    if (reader != null && reader.pattern != null) {
      leaveGroup(room, now);
    }
    if (reader != null && reader.awaited()) {
      speaker.fail(reader.ticket, new RoomEnded("closed", room + " was left"));
    }
    if (reader != null && reader.phase != Reader.Phase.APART && speaker.maySpeak()) {
      requests.add(Request.leave(ticket, room, Request.IfLost.DONE), now);
    } else {
      speaker.answer(ticket, null);
    }
  }

  void state(long ticket, String room, @Nullable Payload state, long now) {
    Reader reader = readers.get(room);
    if (reader != null) {
      reader.state = state;
    }
    requests.add(stating(ticket, room, state), now);
  }

  private static Request stating(long ticket, String room, @Nullable Payload state) {
    return Request.repeated(ticket, id -> new ClientMessage.State(id, room, state), state);
  }

  void setAside(String room, long now) {
    Reader reader = readers.get(room);
    if (reader != null && !reader.aside && !reader.awaited()) {
      reader.aside = true;
      sayLeave(reader, now);
    }
  }

  void takeUp(String room, long now) {
    for (Reader reader : List.copyOf(readers.values())) {
      if (reader.aside && room.equals(reader.group == null ? reader.room() : reader.group)) {
        reader.aside = false;
        ask(reader, now);
      }
    }
  }

  /** The rooms of a wildcard that is left: another one may have them, or they are left as well. */
  private void leaveGroup(String group, long now) {
    for (Reader reader : List.copyOf(readers.values())) {
      if (!group.equals(reader.group)) {
        continue;
      }
      reader.group = Groups.of(reader.room(), readers.values());
      if (reader.group == null) {
        readers.remove(reader.room());
        if (reader.joinedByName()) { // the others are left with the wildcard
          sayLeave(reader, now);
        }
      }
    }
  }

  // -- The connection

  void connected(boolean isNewSession, long now) {
    newSession = isNewSession;
    List<Reader> all = List.copyOf(readers.values());
    // Rooms with positions before the wildcards that match them.
    all.stream().filter(reader -> reader.pattern == null).forEach(reader -> ask(reader, now));
    all.stream().filter(reader -> reader.pattern != null).forEach(reader -> ask(reader, now));
  }

  void disconnected(long heard) {
    for (Reader reader : readers.values()) {
      if (reader.pattern != null && reader.phase == Reader.Phase.LIVE && heard != Machine.NEVER) {
        reader.since = heard - Groups.MARGIN;
      }
      reader.phase = Reader.Phase.APART;
      reader.retryAt = Machine.NEVER;
    }
  }

  void forgetPositions() {
    readers.values().forEach(reader -> reader.reading.forget());
  }

  void tick(long now) {
    for (Reader reader : List.copyOf(readers.values())) {
      if (reader.awaited() && now >= reader.due) {
        long ticket = reader.ticket;
        reader.ticket = Machine.NOBODY;
        speaker.fail(ticket, Requests.late());
        leave(Machine.NOBODY, reader.room(), now);
      } else if (now >= reader.retryAt) {
        ask(reader, now);
      }
    }
  }

  long deadline() {
    long first = Machine.NEVER;
    for (Reader reader : readers.values()) {
      first = Math.min(first, Math.min(reader.retryAt, reader.awaited() ? reader.due : first));
    }
    return first;
  }

  /** When the oldest join that nobody waits for was sent, if one is not answered, or NEVER. */
  long oldestJoin() {
    long oldest = Machine.NEVER;
    for (Reader reader : readers.values()) {
      if (reader.phase == Reader.Phase.JOINING && !reader.awaited()) {
        oldest = Math.min(oldest, reader.sentAt);
      }
    }
    return oldest;
  }

  void end(CarillonException error) {
    readers.values().forEach(reader -> speaker.fail(reader.ticket, error));
    readers.clear();
  }

  private void ask(Reader reader, long now) {
    reader.retryAt = Machine.NEVER;
    if (speaker.maySpeak() && !reader.aside) {
      speaker.say(reader.ask(speaker.number(), now));
    }
  }

  private void sayLeave(Reader reader, long now) {
    reader.phase = Reader.Phase.APART;
    if (speaker.maySpeak()) {
      requests.add(Request.leave(Machine.NOBODY, reader.room(), Request.IfLost.FAILED), now);
    }
  }

  /** Leaves, so that the server lets this connection join, and joins from where reading stopped. */
  void again(Reader reader, long now) {
    sayLeave(reader, now);
    ask(reader, now);
  }

  // -- Answers to join, and the end of a room

  void joined(ServerMessage.Joined joined, long now) {
    Reader reader = readers.get(joined.room());
    if (reader == null) {
      summoned(joined, now);
    } else if (reader.phase == Reader.Phase.JOINING && joined.id() == reader.request) {
      placed(reader, joined, now);
    }
  }

  /** The server has joined a room by itself. */
  private void summoned(ServerMessage.Joined joined, long now) {
    String room = joined.room();
    String group = Groups.of(room, readers.values());
    if (group == null || joined.id() != 0) {
      return;
    }
    Reader wildcard = readers.get(group);
    ClientMessage.Join join =
        wildcard == null
            ? new ClientMessage.Join(0, room, null, false, null, null)
            : wildcard.joinOf(room);
    Reader reader = new Reader(join, Machine.NOBODY, Machine.NEVER, random);
    reader.group = group;
    readers.put(room, reader);
    placed(reader, joined, now);
  }

  private void placed(Reader reader, ServerMessage.Joined joined, long now) {
    reader.phase = Reader.Phase.LIVE;
    reader.refusals = 0;
    reader.backoff.reset();
    if (reader.pattern != null) { // its rooms have positions, and it has none
      speaker.answer(reader.ticket, joined);
      reader.ticket = Machine.NOBODY;
      return;
    }
    fresh(reader);
    List<RoomEvent> events = reader.reading.joined(joined, reader.stated, reader.promised());
    List<RoomEvent> changes =
        joined.presence() == null ? List.of() : reader.presence.listed(joined.presence());
    if (reader.awaited()) {
      speaker.answer(reader.ticket, joined);
      reader.ticket = Machine.NOBODY;
    } else if (reader.state != null && newSession) {
      requests.add(stating(Machine.NOBODY, reader.room(), reader.state), now);
    }
    deliver(events);
    deliver(changes);
  }

  /** Takes an error; false when it answers no join. */
  boolean failed(long id, Problem problem, long now) {
    for (Reader reader : readers.values()) {
      if (reader.phase == Reader.Phase.JOINING && reader.request == id) {
        refused(reader, problem, now);
        return true;
      }
    }
    return false;
  }

  private void refused(Reader reader, Problem problem, long now) {
    RequestRefused refusal = Speaker.refusal(problem);
    if (reader.awaited()) {
      readers.remove(reader.room());
      speaker.fail(reader.ticket, refusal);
    } else if (problem.code().equals(ErrorCode.ALREADY_JOINED.code())
        && reader.refusals < Rules.REFUSALS) {
      reader.refusals++;
      again(reader, now);
    } else if (problem.retryable()) {
      reader.phase = Reader.Phase.APART;
      reader.retryAt = now + reader.backoff.rest(problem.retryAfter());
      deliver(List.of(new RoomEvent.Trouble(reader.room(), refusal)));
    } else {
      over(reader, new RoomEnded(problem.code(), problem.message()), now);
    }
  }

  /** Not as the answer to a leave of ours: the server takes the room away. */
  void left(ServerMessage.Left left, long now) {
    Reader reader = live(left.room());
    if (reader != null && left.id() == 0) {
      String reason = left.reason() == null ? "left" : left.reason();
      over(reader, new RoomEnded(reason, "the server ended the reading of " + left.room()), now);
    }
  }

  private void over(Reader reader, RoomEnded error, long now) {
    deliver(List.of(new RoomEvent.Ended(reader.room(), error)));
    readers.remove(reader.room());
    if (reader.pattern != null) {
      leaveGroup(reader.room(), now);
    }
  }

  /** There is news of a room: if it was stale, it is so no more. */
  void fresh(Reader reader) {
    if (reader.stale) {
      reader.stale = false;
      deliver(List.of(new RoomEvent.Fresh(reader.room())));
    }
  }

  void deliver(List<RoomEvent> events) {
    for (RoomEvent event : events) {
      Reader reader = readers.get(event.room());
      String group = reader == null ? null : reader.group;
      speaker.emit(new Output.Deliver(group == null ? event.room() : group, event));
    }
  }
}
