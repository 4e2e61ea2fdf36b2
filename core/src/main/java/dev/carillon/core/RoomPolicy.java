package dev.carillon.core;

import java.time.Duration;
import java.util.Objects;

/**
 * The rules of a room. One whose delivery is {@link Delivery#VOLATILE} retains nothing, has nothing
 * to give on joining, and never disconnects slow readers that can be told of a gap, whatever else
 * is said.
 *
 * @param delivery what is kept for whom
 * @param retention how much of its log is kept
 * @param slowReaders what is done about readers that do not keep up
 * @param presence what members are shown of each other
 * @param creation who brings it into being
 * @param history who may read what was said before
 * @param onJoin what a reader gets that does not say where to begin
 * @param limits how much may be in it
 * @param compression whether its messages may be sent compressed to those who can read that
 * @param acks what readers that acknowledge can expect
 * @param subscriptions what named subscriptions may hold back; only where delivery is {@link
 *     Delivery#DURABLE}
 */
public record RoomPolicy(
    Delivery delivery,
    Retention retention,
    SlowReaders slowReaders,
    Presence presence,
    Creation creation,
    History history,
    OnJoin onJoin,
    Limits limits,
    boolean compression,
    AckPolicy acks,
    SubscriptionPolicy subscriptions) {
  /** What an unconfigured room gets. */
  public static final RoomPolicy DEFAULT =
      new RoomPolicy(
          Delivery.RECOVERABLE,
          Retention.DEFAULT,
          SlowReaders.DEFAULT,
          Presence.FULL,
          Creation.ANYONE,
          History.ANYONE,
          OnJoin.NOTHING,
          Limits.DEFAULT,
          true);

  /** What an inbox gets: nobody is shown there. */
  public static final RoomPolicy INBOX = DEFAULT.withPresence(Presence.OFF);

  /** What the server's own rooms for what was given up get. */
  public static final RoomPolicy DEAD_LETTERS =
      INBOX.withRetention(new Retention(10_000, 64L << 20, Duration.ofDays(7)));

  /** What is kept for whom. */
  public enum Delivery {
    /** Only the latest matters: nothing is kept, and whoever is slow goes on at the head. */
    VOLATILE,
    /** What the retention allows is kept, and whoever comes back in time misses nothing. */
    RECOVERABLE,
    /** Beyond that, what a named subscription has not acknowledged is kept for it. */
    DURABLE
  }

  /**
   * What members are shown of each other.
   *
   * @param mode whom or how many
   * @param countsAbove with more members than this only counts are shown, until half of them are
   *     left; 0 to 10,000
   */
  public record Presence(Mode mode, int countsAbove) {
    /** Everybody, up to a thousand members. */
    public static final Presence FULL = new Presence(Mode.FULL, 1000);

    /** Nobody. */
    public static final Presence OFF = new Presence(Mode.OFF, 0);

    public Presence {
      Objects.requireNonNull(mode, "mode");
      if (countsAbove < 0 || countsAbove > 10_000) {
        throw new IllegalArgumentException(
            "countsAbove is " + countsAbove + ", must be 0 to 10,000");
      }
    }

    /** What is shown. */
    public enum Mode {
      /** Who is there, who comes and goes, and what each says of itself. */
      FULL,
      /**
       * The same, with all connections of one user shown as one, by the session that came first.
       */
      USERS,
      /** How many are there. */
      COUNTS,
      /** Nothing. */
      OFF
    }
  }

  /** Who brings a room into being. */
  public enum Creation {
    /** Whoever first joins it or publishes to it. */
    ANYONE,
    /** The server or its application, by publishing to it; until then there is no such room. */
    SERVER
  }

  /** Who may read what was said before, by history and by joining at the last messages. */
  public enum History {
    /** Whoever may join. */
    ANYONE,
    /** Those who have joined; joining at the last messages is for everybody who may join. */
    MEMBERS,
    /** Nobody. A reader that comes back goes on where it was all the same. */
    NOBODY
  }

  /** What a reader gets that does not say where to begin. */
  public enum OnJoin {
    /** What is published from then on. */
    NOTHING,
    /** The last message first. */
    LAST,
    /** The newest message of each key first, as far as retained. */
    LATEST
  }

  /**
   * How much may be in a room.
   *
   * @param maxMembers sessions that have joined on this node, 1 or more
   * @param maxMessageBytes the largest payload, 1 or more
   * @param maxRate messages a second that one session may publish, averaged over a second; 0 is no
   *     limit
   */
  public record Limits(int maxMembers, int maxMessageBytes, int maxRate) {
    /** What an unconfigured room has. */
    public static final Limits DEFAULT = new Limits(Limits.UNCOUNTED, 1 << 20, 0);

    /** With so many allowed, members are not counted against the limit. */
    static final int UNCOUNTED = 10_000_000;

    public Limits {
      if (maxMembers < 1 || maxMessageBytes < 1 || maxRate < 0) {
        throw new IllegalArgumentException(
            "maxMembers is %d and maxMessageBytes %d, both must be at least 1; maxRate is %d, must be at least 0"
                .formatted(maxMembers, maxMessageBytes, maxRate));
      }
    }
  }

  public RoomPolicy {
    Objects.requireNonNull(delivery, "delivery");
    Objects.requireNonNull(retention, "retention");
    Objects.requireNonNull(slowReaders, "slowReaders");
    Objects.requireNonNull(presence, "presence");
    Objects.requireNonNull(creation, "creation");
    Objects.requireNonNull(history, "history");
    Objects.requireNonNull(onJoin, "onJoin");
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(acks, "acks");
    Objects.requireNonNull(subscriptions, "subscriptions");
    if (delivery == Delivery.VOLATILE) {
      retention = Retention.NONE;
      onJoin = OnJoin.NOTHING;
      if (slowReaders.action() == SlowReaders.Action.DISCONNECT) {
        slowReaders =
            new SlowReaders(
                SlowReaders.Action.SKIP, slowReaders.maxBehindBytes(), slowReaders.maxBehind());
      }
    }
  }

  /** A policy with the usual rules for what is acknowledged. */
  public RoomPolicy(
      Delivery delivery,
      Retention retention,
      SlowReaders slowReaders,
      Presence presence,
      Creation creation,
      History history,
      OnJoin onJoin,
      Limits limits,
      boolean compression) {
    this(
        delivery,
        retention,
        slowReaders,
        presence,
        creation,
        history,
        onJoin,
        limits,
        compression,
        AckPolicy.DEFAULT,
        SubscriptionPolicy.DEFAULT);
  }

  /** Whether members are shown at all. */
  public boolean hasPresence() {
    return presence.mode() != Presence.Mode.OFF;
  }

  /** The same with another retention. */
  public RoomPolicy withRetention(Retention other) {
    return new RoomPolicy(
        delivery,
        other,
        slowReaders,
        presence,
        creation,
        history,
        onJoin,
        limits,
        compression,
        acks,
        subscriptions);
  }

  /** The same with other limits. */
  public RoomPolicy withLimits(Limits other) {
    return new RoomPolicy(
        delivery,
        retention,
        slowReaders,
        presence,
        creation,
        history,
        onJoin,
        other,
        compression,
        acks,
        subscriptions);
  }

  /** The same with other readers called slow. */
  public RoomPolicy withSlowReaders(SlowReaders other) {
    return new RoomPolicy(
        delivery,
        retention,
        other,
        presence,
        creation,
        history,
        onJoin,
        limits,
        compression,
        acks,
        subscriptions);
  }

  /** The same with another presence. */
  public RoomPolicy withPresence(Presence other) {
    return new RoomPolicy(
        delivery,
        retention,
        slowReaders,
        other,
        creation,
        history,
        onJoin,
        limits,
        compression,
        acks,
        subscriptions);
  }

  /** The same, durable, with these rules for what is acknowledged. */
  public RoomPolicy durable(AckPolicy otherAcks, SubscriptionPolicy otherSubscriptions) {
    return new RoomPolicy(
        Delivery.DURABLE,
        retention,
        slowReaders,
        presence,
        creation,
        history,
        onJoin,
        limits,
        compression,
        otherAcks,
        otherSubscriptions);
  }
}
