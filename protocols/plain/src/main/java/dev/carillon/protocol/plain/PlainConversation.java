package dev.carillon.protocol.plain;

import dev.carillon.core.Disconnect;
import dev.carillon.core.Draft;
import dev.carillon.core.From;
import dev.carillon.core.JoinOptions;
import dev.carillon.core.Payload;
import dev.carillon.core.Position;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.Session;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.Line;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.Opening;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A plain connection in its one room. Confined to the shard. */
final class PlainConversation implements Conversation {
  private static final long JOIN = 1;

  /** What the address asked for; null once it has been understood, so that it is not kept. */
  private @Nullable Opening opening;

  private final Line line;
  private Address.@Nullable Place place;
  private @Nullable Session session;

  /** The log's head when the room was joined; null until then. */
  private @Nullable Position head;

  /** What was lost, told before the join was answered. */
  private Notice.@Nullable Gap early;

  private boolean closed;

  PlainConversation(Opening opening, Line line) {
    this.opening = opening;
    this.line = line;
  }

  @Override
  public void opened() {
    Opening asked = Objects.requireNonNull(opening);
    opening = null;
    switch (Address.of(asked)) {
      case Address.Flawed(String flaw) -> close(Disconnect.BAD_MESSAGE, flaw);
      case Address.Place understood -> {
        place = understood;
        line.authenticate(asked.credentials(), understood.arrival());
      }
    }
  }

  @Override
  public void received(Payload.Kind frame, ByteBuffer bytes) {
    Address.Place room = place;
    Session to = session;
    if (closed || room == null || to == null) {
      return; // what was under way when the line was closed
    }
    to.publish(0, room.room(), Draft.of(Payload.copyOf(frame, bytes)));
  }

  @Override
  public void accepted(Session session) {
    Address.Place room = place;
    if (closed || room == null) {
      return;
    }
    this.session = session;
    session.join(JOIN, room.room(), JoinOptions.from(room.from()));
  }

  @Override
  public void refused(Problem problem) {
    close(disconnect(problem), problem.detail());
  }

  @Override
  public void tell(Notice notice) {
    switch (notice) {
      case Notice.Joined answer -> {
        share(answer.room());
        joined(answer.head());
      }
      case Notice.Resumed answer -> joined(new Position(answer.epoch(), answer.to()));
      case Notice.Reset reset -> close(Disconnect.RESET, "reset " + reset.head());
      case Notice.Gap gap -> lost(gap);
      case Notice.Refused refused ->
          close(disconnect(refused.problem()), refused.problem().detail());
      case Notice.Rejected rejected -> notPublished(rejected);
      case Notice.Left left -> close(Disconnect.REMOVED, "the server ended this room's reading");
      case Notice.Published published -> {}
      case Notice.Skipped skipped -> {}
      case Notice.Stale stale -> {}
      case Notice.Heads heads -> {}
      case Notice.Rewind rewind -> {} // nothing is acknowledged here
      case Notice.History history -> {}
      case Notice.Members members -> {}
      case Notice.Done done -> {}
      case Notice.Called called -> {} // it is never given a resume token, and so never asked
      case Notice.Replied replied -> {}
      case Notice.Goodbye goodbye -> {}
    }
  }

  @Override
  public boolean canBeTold() {
    return false;
  }

  /** Keeps the name that all readers of the room share, instead of one of its own. */
  private void share(RoomName name) {
    Address.Place own = place;
    if (own != null) {
      place = new Address.Place(name, own.from());
    }
  }

  private void joined(Position at) {
    head = at;
    Notice.Gap gap = early;
    early = null;
    if (gap != null) {
      lost(gap);
    }
  }

  /**
   * Nothing tells such a peer what it lost, so it goes. It gets the position up to which it has
   * everything; one that has just come from there, and finds what follows gone, gets the head.
   */
  private void lost(Notice.Gap gap) {
    Position knownHead = head;
    Address.Place room = place;
    if (knownHead == null || room == null) {
      early = gap;
      return;
    }
    long last = gap.ranges().isEmpty() ? 0 : gap.ranges().getFirst().from() - 1;
    if (room.from() instanceof From.After(Position seen) && last <= seen.offset()) {
      close(Disconnect.RESET, "reset " + knownHead);
    } else {
      close(Disconnect.LAG, "lag " + new Position(gap.epoch(), last));
    }
  }

  private void notPublished(Notice.Rejected rejected) {
    String detail = rejected.problem().detail();
    close(
        disconnect(rejected.problem()),
        (rejected.inDoubt() ? "perhaps not published: " : "not published: ") + detail);
  }

  private void close(Disconnect why, String reason) {
    if (!closed) {
      closed = true;
      line.close(why, reason);
    }
  }

  /** The close code for a refusal that another protocol would put into a message. */
  static Disconnect disconnect(Problem problem) {
    return switch (problem.reason()) {
      case UNAUTHENTICATED, TOKEN_EXPIRED -> Disconnect.UNAUTHENTICATED;
      case FORBIDDEN -> Disconnect.FORBIDDEN;
      case TOO_LARGE, TOO_MANY_ROOMS -> Disconnect.TOO_LARGE;
      case RATE_LIMITED -> Disconnect.RATE_LIMITED;
      case REFUSED -> Disconnect.FORBIDDEN;
      case NO_SUCH_ROOM -> Disconnect.NO_SUCH_ROOM;
      case BROKER_UNAVAILABLE, ROOM_FULL, TIMEOUT, OVERLOADED -> Disconnect.TRY_LATER;
      case SHUTTING_DOWN -> Disconnect.GOING_AWAY;
      case INTERNAL -> Disconnect.INTERNAL;
      case BAD_MESSAGE,
          BAD_ROOM_NAME,
          BAD_FILTER,
          BAD_POSITION,
          EPOCH_CHANGED,
          NOT_JOINED,
          ALREADY_JOINED,
          SEQUENCE_GAP,
          PUBLISHER_RESET,
          NO_SUCH_MEMBER,
          NO_HANDLER,
          UNSUPPORTED ->
          Disconnect.BAD_MESSAGE;
    };
  }
}
