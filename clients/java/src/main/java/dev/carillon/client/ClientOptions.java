package dev.carillon.client;

import dev.carillon.wire.Secret;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How a client behaves. Immutable; made from {@link #DEFAULT} with the {@code with} methods.
 *
 * @param token gives the token that says who the user is; null for none. Called on a virtual
 *     thread, for each connection
 * @param renewable whether it gives a new token each time, so that a refused one can be replaced
 * @param encoding how messages are written
 * @param publisher a name under which this client's messages are counted, when it is to be the same
 *     over restarts; null for a random one
 * @param keepTrying whether connecting goes on when the first attempt fails
 * @param bounds what may wait
 * @param tls certificates of one's own; null for the JDK's
 * @param listener is told what happens to the client, in order, on a virtual thread of its own
 */
public record ClientOptions(
    @Nullable Supplier<Secret> token,
    boolean renewable,
    Encoding encoding,
    @Nullable String publisher,
    boolean keepTrying,
    Bounds bounds,
    @Nullable SSLContext tls,
    Consumer<ClientEvent> listener) {
  /** No token, JSON, and an end when the first attempt fails. */
  public static final ClientOptions DEFAULT =
      new ClientOptions(null, false, Encoding.JSON, null, false, Bounds.DEFAULT, null, event -> {});

  /** How messages are written on the connection. */
  public enum Encoding {
    /** Readable; binary data grows by a third. */
    JSON,
    /** Smaller for binary data; JSON where the server has no MessagePack. */
    MSGPACK,
    /** As MessagePack, in CBOR. */
    CBOR
  }

  /**
   * What may wait, in a client and in each of its rooms.
   *
   * @param outboxMessages publications that wait to be sent, or to be answered; more fail with
   *     {@code outbox_full}
   * @param outboxBytes their data
   * @param unreadEvents what a room may hold that the application has not read. Beyond it the room
   *     is left, and joined again from the position reached once half of it has been read
   * @param unreadBytes the data of these
   * @param maxMessageBytes the largest message taken from a server
   */
  public record Bounds(
      int outboxMessages,
      long outboxBytes,
      int unreadEvents,
      long unreadBytes,
      int maxMessageBytes) {
    /** 1,000 publications in 16 MiB, 10,000 events in 32 MiB, messages of 16 MiB. */
    public static final Bounds DEFAULT = new Bounds(1_000, 16L << 20, 10_000, 32L << 20, 16 << 20);

    /** Checks the ranges. */
    public Bounds {
      atLeast("outboxMessages", outboxMessages, 1);
      atLeast("outboxBytes", outboxBytes, 1);
      atLeast("unreadEvents", unreadEvents, 2);
      atLeast("unreadBytes", unreadBytes, 2);
      atLeast("maxMessageBytes", maxMessageBytes, 1024);
    }

    private static void atLeast(String name, long value, long least) {
      if (value < least) {
        throw new IllegalArgumentException(name + " is " + value + ", must be at least " + least);
      }
    }
  }

  /** Checks that nothing is missing. */
  public ClientOptions {
    Objects.requireNonNull(encoding, "encoding");
    Objects.requireNonNull(bounds, "bounds");
    Objects.requireNonNull(listener, "listener");
  }

  /** The same with a token that stays the same. */
  public ClientOptions withToken(String value) {
    Secret secret = new Secret(value);
    return new ClientOptions(
        () -> secret, false, encoding, publisher, keepTrying, bounds, tls, listener);
  }

  /**
   * The same with what gives a new token whenever one is needed: for each connection, before one
   * expires, and when one was refused.
   */
  public ClientOptions withTokens(Supplier<String> tokens) {
    return new ClientOptions(
        () -> new Secret(tokens.get()),
        true,
        encoding,
        publisher,
        keepTrying,
        bounds,
        tls,
        listener);
  }

  /** The same with another encoding. */
  public ClientOptions withEncoding(Encoding other) {
    return new ClientOptions(token, renewable, other, publisher, keepTrying, bounds, tls, listener);
  }

  /** The same for a publisher of this name. */
  public ClientOptions withPublisher(String name) {
    return new ClientOptions(token, renewable, encoding, name, keepTrying, bounds, tls, listener);
  }

  /** The same; a first attempt that fails is no error. */
  public ClientOptions withKeepTrying() {
    return new ClientOptions(token, renewable, encoding, publisher, true, bounds, tls, listener);
  }

  /** The same with other bounds. */
  public ClientOptions withBounds(Bounds other) {
    return new ClientOptions(
        token, renewable, encoding, publisher, keepTrying, other, tls, listener);
  }

  /** The same with certificates of one's own. */
  public ClientOptions withTls(SSLContext context) {
    return new ClientOptions(
        token, renewable, encoding, publisher, keepTrying, bounds, context, listener);
  }

  /** The same with a listener. */
  public ClientOptions withListener(Consumer<ClientEvent> other) {
    return new ClientOptions(token, renewable, encoding, publisher, keepTrying, bounds, tls, other);
  }
}
