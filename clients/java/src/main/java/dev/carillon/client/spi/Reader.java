package dev.carillon.client.spi;

import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.Payload;
import dev.carillon.wire.Position;
import dev.carillon.wire.Start;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One room, from join to leave. Its fields are {@link Rooms}' to change. */
final class Reader {
  /** How it stands with the server. */
  enum Phase {
    /** Not joined: there is no connection, the server asked to wait, or it is set aside. */
    APART,
    /** Asked for; what comes before the answer belongs to the time before. */
    JOINING,
    LIVE
  }

  /** The join as the application said it, without an id. */
  final ClientMessage.Join join;

  final Reading reading;
  final Presence presence;
  final Backoff backoff;

  /** What a wildcard matches; null for one room. */
  final @Nullable Pattern pattern;

  /** The wildcard or the inbox through which it is read. */
  @Nullable String group;

  /** From when on rooms are read that came up while a wildcard was not joined, server's time. */
  @Nullable Long since;

  /** Who waits for the first answer. */
  long ticket;

  Phase phase = Phase.APART;

  /** The number of the join that is under way, and when it was sent. */
  long request;

  long sentAt;

  /** When the first join, which somebody waits for, has taken too long. */
  long due;

  /** When to join again, or {@link Machine#NEVER}. */
  long retryAt = Machine.NEVER;

  /** How often in a row the server has said that it is joined already. */
  int refusals;

  boolean stated;

  /** Whether the application was told that the room is stale, and not yet that it is no more. */
  boolean stale;

  /** The application does not keep up; the server is to keep what comes. */
  boolean aside;

  /** What was said to the room's presence, to be said again by a new session. */
  @Nullable Payload state;

  Reader(ClientMessage.Join join, long ticket, long due, RandomGenerator random) {
    this.join = join;
    this.ticket = ticket;
    this.due = due;
    this.reading = new Reading(join.room());
    this.presence = new Presence(join.room());
    this.pattern = Groups.pattern(join.room());
    this.backoff = new Backoff(random);
    if (join.start() instanceof Start.From(Position position)) {
      reading.beginAt(position);
    }
  }

  String room() {
    return join.room();
  }

  boolean awaited() {
    return ticket != Machine.NOBODY;
  }

  /** Whether the join says where to begin other than by a position, so that resumed follows. */
  boolean promised() {
    return join.name() != null || (join.start() != null && !(join.start() instanceof Start.From));
  }

  /** The start that is left to wish for. */
  private @Nullable Start wish() {
    return since == null ? join.start() : new Start.Since(since);
  }

  /** How a room is joined by the server that this wildcard matches. */
  ClientMessage.Join joinOf(String room) {
    return new ClientMessage.Join(0, room, wish(), join.presence(), join.filter(), null);
  }

  /** Whether it was joined by its name, and not by the server. */
  boolean joinedByName() {
    return request != 0 && phase != Phase.APART;
  }

  /** The join to send now. */
  ClientMessage.Join ask(long number, long now) {
    Position position = reading.position();
    // The place of a named subscription is kept by the server, but for the first time.
    boolean named = join.name() != null && !awaited();
    stated = position != null && !named;
    Start start = null;
    if (position != null && stated) {
      start = new Start.From(position);
    } else if (!reading.placed()) {
      start = wish();
    }
    request = number;
    sentAt = now;
    phase = Phase.JOINING;
    retryAt = Machine.NEVER;
    return new ClientMessage.Join(
        number, room(), start, join.presence(), join.filter(), join.name(), join.ack());
  }
}
