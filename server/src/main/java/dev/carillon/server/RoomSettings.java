package dev.carillon.server;

import dev.carillon.core.RoomPolicy;
import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Change;
import dev.carillon.server.settings.Setting;

/**
 * The rules of the rooms that a pattern matches.
 *
 * @param delivery what is kept for whom
 * @param retention how much of their logs is kept
 * @param slowReaders what is done about readers that do not keep up
 * @param presence what members are shown of each other
 * @param presenceCountsAbove with more members than this, counts are shown
 * @param creation who brings a room into being
 * @param history who may read what was said before
 * @param onJoin what a reader gets first that does not say where to begin
 * @param maxMembers how many may have joined
 * @param maxMessage the largest payload; a larger one is refused
 * @param maxRate messages a second that one session may publish
 * @param compression whether messages may be sent compressed
 * @param acks what readers that acknowledge can expect
 * @param subscriptions what named subscriptions may hold back
 */
public record RoomSettings(
    @Setting(
            "volatile keeps nothing, and whoever is slow goes on with what is newest; recoverable"
                + " keeps what retention allows, and whoever comes back in time misses nothing;"
                + " durable keeps beyond that what named subscriptions have not acknowledged.")
        RoomPolicy.Delivery delivery,
    RetentionSettings retention,
    SlowReaderSettings slowReaders,
    @Setting(
            "What members are shown of each other: full is who is there, counts how many, off"
                + " nothing.")
        RoomPolicy.Presence.Mode presence,
    @Setting(
            value =
                "With more members than this only counts are shown, until half of them are left.",
            allowed = "0 to 1000000")
        int presenceCountsAbove,
    @Setting(
            "Who brings a room into being: anyone who joins it or publishes to it, or only the"
                + " server, by publishing (HTTP API or application); until then there is no such"
                + " room.")
        RoomPolicy.Creation creation,
    @Setting(
            "Who may read what was said before: anyone who may join, members who have joined, or"
                + " nobody.")
        RoomPolicy.History history,
    @Setting(
            "What a reader gets first that does not say where to begin: nothing, the last message,"
                + " or the latest message of each key.")
        RoomPolicy.OnJoin onJoin,
    @Setting(
            value = "Sessions that have joined; further ones are refused.",
            allowed = "1 to 10000000")
        int maxMembers,
    @Setting(value = "The largest payload; a larger one is refused.", allowed = "1 B to 1 GiB")
        ByteSize maxMessage,
    @Setting(
            value =
                "Messages a second that one session may publish, averaged over a second; 0 is no"
                    + " limit.",
            allowed = "0 to 1000000")
        int maxRate,
    @Setting("Whether its messages may be sent compressed.") boolean compression,
    AckSettings acks,
    SubscriptionSettings subscriptions) {
  /** What an empty configuration means. */
  public static final RoomSettings DEFAULT =
      new RoomSettings(
          RoomPolicy.Delivery.RECOVERABLE,
          RetentionSettings.DEFAULT,
          SlowReaderSettings.DEFAULT,
          RoomPolicy.Presence.Mode.FULL,
          1000,
          RoomPolicy.Creation.ANYONE,
          RoomPolicy.History.ANYONE,
          RoomPolicy.OnJoin.NOTHING,
          10_000_000,
          ByteSize.mib(1),
          0,
          true,
          AckSettings.DEFAULT,
          SubscriptionSettings.DEFAULT);

  /** Checks the values. */
  public RoomSettings {
    BadSetting.within("presenceCountsAbove", presenceCountsAbove, 0, 10_000);
    BadSetting.within("maxMembers", maxMembers, 1, 10_000_000);
    BadSetting.within("maxMessage", maxMessage, new ByteSize(1), ByteSize.mib(1024));
    BadSetting.within("maxRate", maxRate, 0, 1_000_000);
  }

  /** The same with another {@code delivery}. */
  public RoomSettings withDelivery(RoomPolicy.Delivery delivery) {
    return Change.of(this, "delivery", delivery);
  }

  /** The same with another {@code retention}. */
  public RoomSettings withRetention(RetentionSettings retention) {
    return Change.of(this, "retention", retention);
  }

  /** The same with another {@code slowReaders}. */
  public RoomSettings withSlowReaders(SlowReaderSettings slowReaders) {
    return Change.of(this, "slowReaders", slowReaders);
  }

  /** The same with another {@code presence}. */
  public RoomSettings withPresence(RoomPolicy.Presence.Mode presence) {
    return Change.of(this, "presence", presence);
  }

  /** The same with another {@code presenceCountsAbove}. */
  public RoomSettings withPresenceCountsAbove(int presenceCountsAbove) {
    return Change.of(this, "presenceCountsAbove", presenceCountsAbove);
  }

  /** The same with another {@code creation}. */
  public RoomSettings withCreation(RoomPolicy.Creation creation) {
    return Change.of(this, "creation", creation);
  }

  /** The same with another {@code history}. */
  public RoomSettings withHistory(RoomPolicy.History history) {
    return Change.of(this, "history", history);
  }

  /** The same with another {@code onJoin}. */
  public RoomSettings withOnJoin(RoomPolicy.OnJoin onJoin) {
    return Change.of(this, "onJoin", onJoin);
  }

  /** The same with another {@code maxMembers}. */
  public RoomSettings withMaxMembers(int maxMembers) {
    return Change.of(this, "maxMembers", maxMembers);
  }

  /** The same with another {@code maxMessage}. */
  public RoomSettings withMaxMessage(ByteSize maxMessage) {
    return Change.of(this, "maxMessage", maxMessage);
  }

  /** The same with another {@code maxRate}. */
  public RoomSettings withMaxRate(int maxRate) {
    return Change.of(this, "maxRate", maxRate);
  }

  /** The same with another {@code acks}. */
  public RoomSettings withAcks(AckSettings acks) {
    return Change.of(this, "acks", acks);
  }

  /** The same with another {@code subscriptions}. */
  public RoomSettings withSubscriptions(SubscriptionSettings subscriptions) {
    return Change.of(this, "subscriptions", subscriptions);
  }

  /** The same rules as the rooms themselves know them. */
  public RoomPolicy policy() {
    return new RoomPolicy(
        delivery,
        retention.retention(),
        slowReaders.slowReaders(),
        new RoomPolicy.Presence(presence, presenceCountsAbove),
        creation,
        history,
        onJoin,
        new RoomPolicy.Limits(maxMembers, maxMessage.toInt(), maxRate),
        compression,
        acks.acks(),
        subscriptions.subscriptions());
  }
}
