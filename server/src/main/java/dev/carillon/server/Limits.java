package dev.carillon.server;

import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Change;
import dev.carillon.server.settings.Setting;
import java.time.Duration;

/**
 * What clients may make the server hold, and how long they may take.
 *
 * @param maxHeader all header lines of a request together; more is answered 431
 * @param maxHeaders header lines of a request; more is answered 431
 * @param maxUri the request's address; a longer one is answered 414
 * @param handshakeTimeout how long a connection may take to send a whole request, TLS included
 * @param maxMessage a message from a client, inflated; a larger one closes the connection with 1009
 * @param maxFragments frames of one message; more close the connection with 1009
 * @param messageTimeout how long a message may take from its first byte to its last; 0s is for ever
 * @param idleTimeout how long a connection may stay open without a message from the client; 0s is
 *     for ever
 * @param stallTimeout how long a client may read nothing of what waits for it; 0s is for ever
 * @param closeTimeout how long a client may take to answer a Close frame
 * @param maxConnections connections at one time; further ones are closed at once
 * @param maxSessionRate sessions that may begin in a second, one second's worth of them at once;
 *     beyond it clients are told when to come back, newcomers before those who return
 * @param maxWaiting bytes of answers that may wait for one slow client; past half of it, it is not
 *     read from
 * @param maxRooms rooms that one session may have joined
 * @param maxPendingPublishes unanswered publishes of one session; then it is not read from until
 *     some are answered
 * @param maxPendingPerRoom publishes that wait for the broker in one room; further ones are refused
 */
public record Limits(
    @Setting(
            value = "All header lines of a request together; more is answered 431.",
            allowed = "256 B to 1 MiB")
        ByteSize maxHeader,
    @Setting(value = "Header lines of a request; more is answered 431.", allowed = "10 to 10000")
        int maxHeaders,
    @Setting(
            value = "The request's address; a longer one is answered 414.",
            allowed = "64 B to 1 MiB")
        ByteSize maxUri,
    @Setting(
            value = "How long a connection may take to send a whole request, TLS included.",
            allowed = "100ms to 10m")
        Duration handshakeTimeout,
    @Setting(
            value =
                "A message from a client, inflated; a larger one closes the connection with 1009.",
            allowed = "125 B to 1 GiB")
        ByteSize maxMessage,
    @Setting(
            value = "Frames of one message; more close the connection with 1009.",
            allowed = "1 to 10000000")
        int maxFragments,
    @Setting(
            value = "How long a message may take from its first byte to its last; 0s is for ever.",
            allowed = "0s to 1d")
        Duration messageTimeout,
    @Setting(
            value =
                "How long a connection may stay open without a message from the client; 0s is for"
                    + " ever.",
            allowed = "0s to 30d")
        Duration idleTimeout,
    @Setting(
            value = "How long a client may read nothing of what waits for it; 0s is for ever.",
            allowed = "0s to 1d")
        Duration stallTimeout,
    @Setting(
            value = "How long a client may take to answer a Close frame.",
            allowed = "100ms to 10m")
        Duration closeTimeout,
    @Setting(
            value = "Connections at one time; further ones are closed at once.",
            allowed = "1 to 100000000")
        int maxConnections,
    @Setting(
            value =
                "Sessions that may begin in a second, one second's worth of them at once. Beyond it"
                    + " clients are told when to come back, newcomers before those who return.",
            allowed = "1 to 10000000")
        int maxSessionRate,
    @Setting(
            value =
                "Bytes of answers that may wait for one slow client; past half of it, it is not"
                    + " read from.",
            allowed = "4 KiB to 64 MiB")
        ByteSize maxWaiting,
    @Setting(value = "Rooms that one session may have joined.", allowed = "1 to 1000000")
        int maxRooms,
    @Setting(
            value =
                "Unanswered publishes of one session; then it is not read from until some are"
                    + " answered.",
            allowed = "1 to 1000000")
        int maxPendingPublishes,
    @Setting(
            value = "Publishes that wait for the broker in one room; further ones are refused.",
            allowed = "1 to 10000000")
        int maxPendingPerRoom) {
  /** What an empty configuration means. */
  public static final Limits DEFAULT =
      new Limits(
          ByteSize.kib(16),
          100,
          ByteSize.kib(8),
          Duration.ofSeconds(10),
          ByteSize.mib(1),
          1024,
          Duration.ofSeconds(60),
          Duration.ZERO,
          Duration.ofSeconds(60),
          Duration.ofSeconds(5),
          100_000,
          10_000,
          ByteSize.kib(64),
          1000,
          256,
          10_000);

  /** Checks the values. */
  public Limits {
    BadSetting.within("maxHeader", maxHeader, new ByteSize(256), ByteSize.mib(1));
    BadSetting.within("maxHeaders", maxHeaders, 10, 10_000);
    BadSetting.within("maxUri", maxUri, new ByteSize(64), ByteSize.mib(1));
    BadSetting.within(
        "handshakeTimeout", handshakeTimeout, Duration.ofMillis(100), Duration.ofMinutes(10));
    BadSetting.within("maxMessage", maxMessage, new ByteSize(125), ByteSize.mib(1024));
    BadSetting.within("maxFragments", maxFragments, 1, 10_000_000);
    BadSetting.within("messageTimeout", messageTimeout, Duration.ZERO, Duration.ofDays(1));
    BadSetting.within("idleTimeout", idleTimeout, Duration.ZERO, Duration.ofDays(30));
    BadSetting.within("stallTimeout", stallTimeout, Duration.ZERO, Duration.ofDays(1));
    BadSetting.within("closeTimeout", closeTimeout, Duration.ofMillis(100), Duration.ofMinutes(10));
    BadSetting.within("maxConnections", maxConnections, 1, 100_000_000);
    BadSetting.within("maxSessionRate", maxSessionRate, 1, 10_000_000);
    BadSetting.within("maxWaiting", maxWaiting, ByteSize.kib(4), ByteSize.mib(64));
    BadSetting.within("maxRooms", maxRooms, 1, 1_000_000);
    BadSetting.within("maxPendingPublishes", maxPendingPublishes, 1, 1_000_000);
    BadSetting.within("maxPendingPerRoom", maxPendingPerRoom, 1, 10_000_000);
  }

  /** The same with another {@code maxHeader}. */
  public Limits withMaxHeader(ByteSize maxHeader) {
    return Change.of(this, "maxHeader", maxHeader);
  }

  /** The same with another {@code maxHeaders}. */
  public Limits withMaxHeaders(int maxHeaders) {
    return Change.of(this, "maxHeaders", maxHeaders);
  }

  /** The same with another {@code maxUri}. */
  public Limits withMaxUri(ByteSize maxUri) {
    return Change.of(this, "maxUri", maxUri);
  }

  /** The same with another {@code handshakeTimeout}. */
  public Limits withHandshakeTimeout(Duration handshakeTimeout) {
    return Change.of(this, "handshakeTimeout", handshakeTimeout);
  }

  /** The same with another {@code maxMessage}. */
  public Limits withMaxMessage(ByteSize maxMessage) {
    return Change.of(this, "maxMessage", maxMessage);
  }

  /** The same with another {@code maxFragments}. */
  public Limits withMaxFragments(int maxFragments) {
    return Change.of(this, "maxFragments", maxFragments);
  }

  /** The same with another {@code messageTimeout}. */
  public Limits withMessageTimeout(Duration messageTimeout) {
    return Change.of(this, "messageTimeout", messageTimeout);
  }

  /** The same with another {@code idleTimeout}. */
  public Limits withIdleTimeout(Duration idleTimeout) {
    return Change.of(this, "idleTimeout", idleTimeout);
  }

  /** The same with another {@code stallTimeout}. */
  public Limits withStallTimeout(Duration stallTimeout) {
    return Change.of(this, "stallTimeout", stallTimeout);
  }

  /** The same with another {@code closeTimeout}. */
  public Limits withCloseTimeout(Duration closeTimeout) {
    return Change.of(this, "closeTimeout", closeTimeout);
  }

  /** The same with another {@code maxConnections}. */
  public Limits withMaxConnections(int maxConnections) {
    return Change.of(this, "maxConnections", maxConnections);
  }

  /** The same with another {@code maxSessionRate}. */
  public Limits withMaxSessionRate(int maxSessionRate) {
    return Change.of(this, "maxSessionRate", maxSessionRate);
  }

  /** The same with another {@code maxWaiting}. */
  public Limits withMaxWaiting(ByteSize maxWaiting) {
    return Change.of(this, "maxWaiting", maxWaiting);
  }

  /** The same with another {@code maxRooms}. */
  public Limits withMaxRooms(int maxRooms) {
    return Change.of(this, "maxRooms", maxRooms);
  }

  /** The same with another {@code maxPendingPublishes}. */
  public Limits withMaxPendingPublishes(int maxPendingPublishes) {
    return Change.of(this, "maxPendingPublishes", maxPendingPublishes);
  }

  /** The same with another {@code maxPendingPerRoom}. */
  public Limits withMaxPendingPerRoom(int maxPendingPerRoom) {
    return Change.of(this, "maxPendingPerRoom", maxPendingPerRoom);
  }
}
