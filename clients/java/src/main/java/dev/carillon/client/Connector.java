package dev.carillon.client;

import dev.carillon.client.CarillonException.ConnectFailed;
import dev.carillon.client.CarillonException.Interrupted;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.FromServer;
import dev.carillon.wire.Secret;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one connection of a client, or the attempt to make it. Confined to the driver's thread; what
 * the sockets' threads bring is posted there.
 */
final class Connector implements Link.Receiver {
  private final Driver driver;
  private final Address address;
  private final ClientOptions options;
  private @Nullable Dialer dialer;
  private @Nullable Link link;

  Connector(Driver driver, Address address, ClientOptions options) {
    this.driver = driver;
    this.address = address;
    this.options = options;
  }

  /** The connection that is there now. */
  @Nullable Link link() {
    return link;
  }

  void dial() {
    Dialer attempt = new Dialer(address, options);
    dialer = attempt;
    Thread.ofVirtual().name("carillon-client-dial").start(() -> dial(attempt));
  }

  private void dial(Dialer attempt) {
    try {
      Supplier<Secret> tokens = options.token();
      Secret token = tokens == null ? null : tokens.get();
      Dialer.Reached reached = attempt.dial();
      driver.post(() -> reached(attempt, reached, token));
    } catch (ConnectFailed e) {
      driver.post(() -> failed(attempt, e));
    } catch (RuntimeException e) {
      // Of the application: what gives tokens has failed.
      ConnectFailed failure = new ConnectFailed("no_token", "no token: " + e, true, null, e);
      driver.post(() -> failed(attempt, failure));
    }
  }

  private void failed(Dialer attempt, ConnectFailed error) {
    if (dialer == attempt) {
      dialer = null;
      driver.machine().failed(Driver.now(), error, error.retryAfter());
    }
  }

  private void reached(Dialer attempt, Dialer.Reached reached, @Nullable Secret token) {
    if (dialer != attempt) {
      Dialer.closeQuietly(reached.socket());
      return;
    }
    dialer = null;
    Wires wires = new Wires(reached.socket());
    int limit = options.bounds().maxMessageBytes();
    Link made = new Link(reached.codec(), reached.deflate(), limit, wires, this);
    link = made;
    driver.machine().opened(Driver.now(), token);
    wires.start(reached.rest(), bytes -> handOver(made, bytes), () -> driver.post(made::eof));
  }

  /** Called by the reading thread: waits until the bytes were taken. */
  private void handOver(Link from, ByteBuffer bytes) {
    Semaphore taken = new Semaphore(0);
    driver.post(
        () -> {
          try {
            from.take(bytes);
          } finally {
            taken.release();
          }
        });
    try {
      taken.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Interrupted("interrupted while bytes were taken", e);
    }
  }

  void send(ClientMessage message) {
    if (link != null) {
      link.send(message);
    }
  }

  void flush() {
    if (link != null) {
      link.flush();
    }
  }

  /** Ends the connection, or the attempt. */
  void hangUp(int code, String reason) {
    if (dialer != null) {
      dialer.cancel();
      dialer = null;
    }
    if (link != null) {
      link.hangUp(code, reason);
      link = null;
    }
  }

  @Override
  public void received(FromServer frame) {
    driver.machine().received(Driver.now(), frame);
    driver.carryOut();
  }

  @Override
  public void unreadable(String words) {
    driver.machine().unreadable(Driver.now(), words);
    driver.carryOut();
  }

  @Override
  public void closed(int code, String reason) {
    link = null;
    driver.machine().closed(Driver.now(), code, reason);
    driver.carryOut();
  }
}
