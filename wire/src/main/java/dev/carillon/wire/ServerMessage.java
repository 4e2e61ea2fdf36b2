package dev.carillon.wire;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a server says. Where an {@code id} is 0, the message answers nothing. Reasons are strings,
 * so that a newer server may have more of them; those of this version are in {@link GapReason},
 * {@link ResetReason}, {@link LeftReason} and {@link GoodbyeReason}.
 */
public sealed interface ServerMessage extends FromServer {

  /**
   * The answer to connect.
   *
   * @param id the request's id, or 0
   * @param session who the client is now
   * @param user its user, absent when anonymous
   * @param resume the token that takes this session up again; dies when its successor is first used
   * @param resumed whether an earlier session was taken up
   * @param serverTime milliseconds since 1970
   * @param heartbeat the server says something at least this often, in milliseconds; 0 for no
   *     promise
   * @param limits what this session may do
   * @param node which server process this is
   * @param expires when the token that was accepted expires, milliseconds since 1970
   */
  record Welcome(
      long id,
      String session,
      @Nullable String user,
      @Nullable Secret resume,
      boolean resumed,
      long serverTime,
      long heartbeat,
      SessionLimits limits,
      @Nullable String node,
      @Nullable Long expires)
      implements ServerMessage {
    public Welcome {
      Check.number("id", id);
      Objects.requireNonNull(session, "session");
      Check.number("serverTime", serverTime);
      Check.number("heartbeat", heartbeat);
      Objects.requireNonNull(limits, "limits");
    }
  }

  /**
   * The room is being read. Unless {@link Resumed} or {@link Reset} follows, the next entry is
   * {@code head + 1}.
   *
   * @param id the join's id, or 0 where the server joined the session by itself
   * @param room the room
   * @param epoch what the offsets that follow belong to
   * @param head the room's last offset, 0 for none yet
   * @param oldest the oldest offset that can still be read, absent when there is none
   * @param presence who is there, if that was asked for
   */
  record Joined(
      long id,
      String room,
      String epoch,
      long head,
      @Nullable Long oldest,
      @Nullable Roster presence)
      implements ServerMessage {
    public Joined {
      Check.number("id", id);
      Objects.requireNonNull(room, "room");
      Check.epoch(epoch);
      Check.number("head", head);
    }
  }

  /**
   * Exactly the entries of a range come next, then live ones.
   *
   * @param id the join's id, or 0
   * @param room the room
   * @param epoch what the offsets belong to
   * @param from the first entry that follows
   * @param to the last of them; {@code from - 1} when nothing was missed
   */
  record Resumed(long id, String room, String epoch, long from, long to) implements ServerMessage {
    public Resumed {
      Check.number("id", id);
      Objects.requireNonNull(room, "room");
      Check.epoch(epoch);
      Check.number("from", from, 1);
      Check.number("to", to, from - 1);
    }
  }

  /**
   * Continuity cannot be proved. The next entry is {@code head + 1} of the new epoch.
   *
   * @param room the room
   * @param oldEpoch the epoch that the reader had, if it had one
   * @param epoch the epoch from now on
   * @param head its last offset
   * @param oldest the oldest offset that can still be read, absent when there is none
   * @param reason one of {@link ResetReason}
   */
  record Reset(
      String room,
      @Nullable String oldEpoch,
      String epoch,
      long head,
      @Nullable Long oldest,
      String reason)
      implements ServerMessage {
    public Reset {
      Objects.requireNonNull(room, "room");
      Check.epoch(epoch);
      Check.number("head", head);
      Objects.requireNonNull(reason, "reason");
    }
  }

  /**
   * Entries that the reader has lost.
   *
   * @param room the room
   * @param epoch what the offsets belong to
   * @param ranges which, rising and apart
   * @param reason one of {@link GapReason}
   */
  record Gap(String room, String epoch, List<Range> ranges, String reason)
      implements ServerMessage {
    public Gap {
      Objects.requireNonNull(room, "room");
      Check.epoch(epoch);
      ranges = List.copyOf(ranges);
      Objects.requireNonNull(reason, "reason");
    }
  }

  /**
   * Entries that were not meant for the reader: filtered out, its own, expired.
   *
   * @param room the room
   * @param ranges which, rising and apart
   */
  record Skipped(String room, List<Range> ranges) implements ServerMessage {
    public Skipped {
      Objects.requireNonNull(room, "room");
      ranges = List.copyOf(ranges);
    }
  }

  /**
   * What was not acknowledged comes again: the next entry is {@code to + 1}.
   *
   * @param room the room
   * @param to the offset behind which delivery goes on
   * @param attempt the number of this delivery of {@code to + 1}, from 2
   * @param name the durable subscription, if it is for one
   */
  record Rewind(String room, long to, long attempt, @Nullable String name)
      implements ServerMessage {
    public Rewind {
      Objects.requireNonNull(room, "room");
      Check.number("to", to);
      Check.number("attempt", attempt, 1);
    }
  }

  /**
   * The broker cannot be asked, so there may be entries that nobody here knows of. Ends with the
   * room's next message, resumed, reset or heads.
   *
   * @param room the room
   * @param since since when, milliseconds since 1970
   */
  record Stale(String room, long since) implements ServerMessage {
    public Stale {
      Objects.requireNonNull(room, "room");
      Check.number("since", since);
    }
  }

  /**
   * The room is no longer read.
   *
   * @param id the leave's id, or 0 where the server ended it
   * @param room the room
   * @param reason one of {@link LeftReason}, absent when the client asked
   */
  record Left(long id, String room, @Nullable String reason) implements ServerMessage {
    public Left {
      Check.number("id", id);
      Objects.requireNonNull(room, "room");
    }
  }

  /**
   * An entry of a room. Its epoch is that of the room's last joined or reset.
   *
   * @param room the room
   * @param entry the entry
   */
  record Message(String room, Entry entry) implements ServerMessage {
    public Message {
      Objects.requireNonNull(room, "room");
      Objects.requireNonNull(entry, "entry");
    }
  }

  /**
   * Who is in a room has changed.
   *
   * @param room the room
   * @param offset the change's place in the room's presence, rising
   * @param event what happened
   * @param member whom it happened to, absent for {@link PresenceEvent#COUNT}
   * @param count how many members there are now, if that is told
   */
  record Presence(
      String room, long offset, PresenceEvent event, @Nullable Member member, @Nullable Long count)
      implements ServerMessage {
    public Presence {
      Objects.requireNonNull(room, "room");
      Check.number("offset", offset);
      Objects.requireNonNull(event, "event");
    }
  }

  /**
   * A publication is in the room.
   *
   * @param id the publish's id
   * @param room the room that it is in
   * @param epoch what the offset belongs to
   * @param offset its place
   * @param level what it would survive
   * @param duplicate whether it was there already
   * @param readers how many readers were attached, if that was asked
   */
  record Published(
      long id,
      String room,
      String epoch,
      long offset,
      Level level,
      boolean duplicate,
      @Nullable Long readers)
      implements ServerMessage {
    public Published {
      Check.number("id", id, 1);
      Objects.requireNonNull(room, "room");
      Check.epoch(epoch);
      Check.number("offset", offset, 1);
      Objects.requireNonNull(level, "level");
    }
  }

  /**
   * A publication was not taken, or nobody knows.
   *
   * @param id the publish's id
   * @param room the room, if the target was one
   * @param outcome whether it is certain that it is not in the room
   * @param problem why
   * @param lastSequence the last sequence that the room knows of this publisher, where that is why
   */
  record Rejected(
      long id, @Nullable String room, Outcome outcome, Problem problem, @Nullable Long lastSequence)
      implements ServerMessage {
    public Rejected {
      Check.number("id", id, 1);
      Objects.requireNonNull(outcome, "outcome");
      Objects.requireNonNull(problem, "problem");
    }
  }

  /**
   * A page of a room's past.
   *
   * @param id the request's id
   * @param room the room
   * @param epoch what the offsets belong to
   * @param messages the entries, in the order asked for
   * @param head the room's last offset
   * @param oldest the oldest offset that can still be read, absent when there is none
   * @param more whether there is another page in the same direction
   */
  record History(
      long id,
      String room,
      String epoch,
      List<Entry> messages,
      long head,
      @Nullable Long oldest,
      boolean more)
      implements ServerMessage {
    public History {
      Check.number("id", id, 1);
      Objects.requireNonNull(room, "room");
      Check.epoch(epoch);
      messages = List.copyOf(messages);
      Check.number("head", head);
    }
  }

  /**
   * Who is in a room.
   *
   * @param id the request's id
   * @param room the room
   * @param roster who
   */
  record Members(long id, String room, Roster roster) implements ServerMessage {
    public Members {
      Check.number("id", id, 1);
      Objects.requireNonNull(room, "room");
      Objects.requireNonNull(roster, "roster");
    }
  }

  /**
   * The application, or another member, asks the client.
   *
   * @param id the server's number for it, to be repeated in the reply
   * @param room the room in which it is asked, if any
   * @param sender who asks, absent for the application
   * @param event the name of what is asked
   * @param payload the data
   * @param timeout how long the reply is waited for, in milliseconds
   */
  record Call(
      long id,
      @Nullable String room,
      @Nullable Sender sender,
      String event,
      Payload payload,
      @Nullable Long timeout)
      implements ServerMessage {
    public Call {
      Check.number("id", id, 1);
      Objects.requireNonNull(event, "event");
      Objects.requireNonNull(payload, "payload");
    }
  }

  /**
   * The answer to the client's call.
   *
   * @param id the call's id
   * @param answer data, or why there is none
   */
  record Reply(long id, Answer answer) implements ServerMessage {
    public Reply {
      Check.number("id", id, 1);
      Objects.requireNonNull(answer, "answer");
    }
  }

  /**
   * A request that has no answer of its own was carried out.
   *
   * @param id the request's id
   */
  record Done(long id) implements ServerMessage {
    public Done {
      Check.number("id", id, 1);
    }
  }

  /**
   * The new token was accepted.
   *
   * @param id the request's id, or 0
   * @param expires when it expires, milliseconds since 1970
   */
  record Refreshed(long id, @Nullable Long expires) implements ServerMessage {
    public Refreshed {
      Check.number("id", id);
    }
  }

  /**
   * A request failed, or something is wrong that no request asked for.
   *
   * @param id the request's id, or 0
   * @param room the room that it is about, if it is about one
   * @param problem what is wrong
   */
  record Error(long id, @Nullable String room, Problem problem) implements ServerMessage {
    public Error {
      Check.number("id", id);
      Objects.requireNonNull(problem, "problem");
    }
  }

  /**
   * The heartbeat, with the last offset of rooms in which nothing was sent since the last one.
   *
   * @param rooms room to last offset; may be empty
   */
  record Heads(Map<String, Long> rooms) implements ServerMessage {
    public Heads {
      rooms = Entry.ordered(rooms);
    }
  }

  /**
   * The answer to ping.
   *
   * @param id the ping's id, or 0
   * @param serverTime milliseconds since 1970
   */
  record Pong(long id, long serverTime) implements ServerMessage {
    public Pong {
      Check.number("id", id);
      Check.number("serverTime", serverTime);
    }
  }

  /**
   * The server will close this connection soon.
   *
   * @param reason one of {@link GoodbyeReason}
   * @param retryAfter the client's own slot to come back in, in milliseconds from now
   * @param resume the token to come back with, if it is not the welcome's
   */
  record Goodbye(String reason, @Nullable Long retryAfter, @Nullable Secret resume)
      implements ServerMessage {
    public Goodbye {
      Objects.requireNonNull(reason, "reason");
    }
  }
}
