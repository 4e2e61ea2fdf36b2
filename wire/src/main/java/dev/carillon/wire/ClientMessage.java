package dev.carillon.wire;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a client says. An {@code id} is a positive number of the sender's choice that the answer
 * repeats; 0 means that none was given, so that no answer is wanted where one is not needed.
 */
public sealed interface ClientMessage extends FromClient {

  /** The correlation number, or 0. */
  long id();

  /**
   * The first message of a connection.
   *
   * @param id correlation, or 0
   * @param token who the user is, if authentication goes by the first message
   * @param resume the resume token of an earlier welcome, to take up that session
   * @param client what program this is
   * @param heartbeat how often the client wishes to hear something, in milliseconds
   */
  record Connect(
      long id,
      @Nullable Secret token,
      @Nullable Secret resume,
      @Nullable ClientName client,
      @Nullable Long heartbeat)
      implements ClientMessage {
    public Connect {
      Check.number("id", id);
    }
  }

  /**
   * Starts reading a room.
   *
   * @param id correlation, or 0
   * @param room the room
   * @param start where to begin; absent for what comes from now on
   * @param presence whether to be told who is there, now and from now on
   * @param filter an expression over tags and claims; what it excludes is told as skipped
   * @param name the durable subscription to read for
   * @param ack whether what comes is acknowledged; always so for a durable subscription
   */
  record Join(
      long id,
      String room,
      @Nullable Start start,
      boolean presence,
      @Nullable String filter,
      @Nullable String name,
      boolean ack)
      implements ClientMessage {
    public Join {
      Check.number("id", id);
      Objects.requireNonNull(room, "room");
    }

    /** Without acknowledgement, but for that of a durable subscription. */
    public Join(
        long id,
        String room,
        @Nullable Start start,
        boolean presence,
        @Nullable String filter,
        @Nullable String name) {
      this(id, room, start, presence, filter, name, false);
    }

    /** From now on, without presence. */
    public Join(long id, String room) {
      this(id, room, null, false, null, null);
    }
  }

  /**
   * Stops reading a room.
   *
   * @param id correlation, or 0
   * @param room the room
   */
  record Leave(long id, String room) implements ClientMessage {
    public Leave {
      Check.number("id", id);
      Objects.requireNonNull(room, "room");
    }
  }

  /**
   * Appends a message.
   *
   * @param id correlation; 0 for a publication that nobody waits for
   * @param target who it is for
   * @param event its name, if it has one
   * @param payload the data
   * @param publishId what makes repeating it harmless, if given
   * @param messageId a free id, for publishers that do not count
   * @param key what conflation and compaction go by
   * @param tags what filters look at
   * @param priority its priority
   * @param ttl how long it is worth delivering, in milliseconds
   * @param echo whether the sender gets it too, if it reads the room
   * @param filter an expression over claims: only readers that it holds for get the message
   * @param countReaders whether the answer should say how many readers were attached
   */
  record Publish(
      long id,
      Target target,
      @Nullable String event,
      Payload payload,
      @Nullable PublishId publishId,
      @Nullable String messageId,
      @Nullable String key,
      Map<String, String> tags,
      Priority priority,
      @Nullable Long ttl,
      boolean echo,
      @Nullable String filter,
      boolean countReaders)
      implements ClientMessage {
    public Publish {
      Check.number("id", id);
      Objects.requireNonNull(target, "target");
      Objects.requireNonNull(payload, "payload");
      tags = Entry.ordered(tags);
      Objects.requireNonNull(priority, "priority");
    }

    /** A publication with nothing but data. */
    public Publish(long id, Target target, Payload payload) {
      this(id, target, null, payload, null);
    }

    /** A publication that can be repeated. */
    public Publish(
        long id,
        Target target,
        @Nullable String event,
        Payload payload,
        @Nullable PublishId publishId) {
      this(
          id,
          target,
          event,
          payload,
          publishId,
          null,
          null,
          Map.of(),
          Priority.NORMAL,
          null,
          true,
          null,
          false);
    }
  }

  /**
   * Everything up to an offset has been dealt with.
   *
   * @param room the room
   * @param epoch the epoch meant; absent for that of the last joined or reset
   * @param offset the last entry dealt with
   * @param name the durable subscription, if it is for one
   */
  record Ack(String room, @Nullable String epoch, long offset, @Nullable String name)
      implements ClientMessage {
    public Ack {
      Objects.requireNonNull(room, "room");
      Check.number("offset", offset);
    }

    @Override
    public long id() {
      return 0;
    }
  }

  /**
   * An entry could not be dealt with, and should come again.
   *
   * @param room the room
   * @param epoch the epoch meant; absent for that of the last joined or reset
   * @param offset the entry
   * @param name the durable subscription, if it is for one
   * @param reason why, for the dead-letter room
   */
  record Nack(
      String room,
      @Nullable String epoch,
      long offset,
      @Nullable String name,
      @Nullable String reason)
      implements ClientMessage {
    public Nack {
      Objects.requireNonNull(room, "room");
      Check.number("offset", offset, 1);
    }

    @Override
    public long id() {
      return 0;
    }
  }

  /**
   * Reads a page of a room's past.
   *
   * @param id correlation
   * @param room the room
   * @param start where to begin; absent for the end that the order begins with
   * @param limit how many entries at most; absent for the server's choice
   * @param order oldest or newest first
   * @param compact whether only the newest entry of each key is wanted
   */
  record History(
      long id,
      String room,
      @Nullable Start start,
      @Nullable Long limit,
      Order order,
      boolean compact)
      implements ClientMessage {
    public History {
      Check.number("id", id, 1);
      Objects.requireNonNull(room, "room");
      Objects.requireNonNull(order, "order");
    }
  }

  /**
   * Asks who is in a room.
   *
   * @param id correlation
   * @param room the room
   */
  record Members(long id, String room) implements ClientMessage {
    public Members {
      Check.number("id", id, 1);
      Objects.requireNonNull(room, "room");
    }
  }

  /**
   * Says something of oneself to a room's presence.
   *
   * @param id correlation, or 0
   * @param room the room
   * @param state what to say; absent takes back what was said
   */
  record State(long id, String room, @Nullable Payload state) implements ClientMessage {
    public State {
      Check.number("id", id);
      Objects.requireNonNull(room, "room");
    }
  }

  /**
   * Asks the application, or another member, and waits for a reply.
   *
   * @param id correlation
   * @param room the room in which it is asked, if any
   * @param member the session asked, if it is not the application
   * @param event the name of what is asked
   * @param payload the data
   * @param timeout how long the caller waits, in milliseconds
   */
  record Call(
      long id,
      @Nullable String room,
      @Nullable String member,
      String event,
      Payload payload,
      @Nullable Long timeout)
      implements ClientMessage {
    public Call {
      Check.number("id", id, 1);
      Objects.requireNonNull(event, "event");
      Objects.requireNonNull(payload, "payload");
    }
  }

  /**
   * Answers a call from the server.
   *
   * @param id the call's id
   * @param answer data, or why there is none
   */
  record Reply(long id, Answer answer) implements ClientMessage {
    public Reply {
      Check.number("id", id, 1);
      Objects.requireNonNull(answer, "answer");
    }
  }

  /**
   * Replaces the token before it expires.
   *
   * @param id correlation, or 0
   * @param token the new token, of the same user
   */
  record Refresh(long id, Secret token) implements ClientMessage {
    public Refresh {
      Check.number("id", id);
      Objects.requireNonNull(token, "token");
    }
  }

  /**
   * Asks for a pong, for clients that cannot see WebSocket's own.
   *
   * @param id correlation, or 0
   */
  record Ping(long id) implements ClientMessage {
    public Ping {
      Check.number("id", id);
    }
  }
}
