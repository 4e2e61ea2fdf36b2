package dev.carillon.server.token;

import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A JSON Web Key set from elsewhere, kept for a while. Read again in the background when it is
 * older than {@code refresh}, and at once for a key that it does not have, but not more often than
 * every {@value #PAUSE_SECONDS} seconds, whatever tokens name. While it cannot be read, the last
 * one counts for as long as {@code keep}. Safe for use by many threads.
 */
final class KeySet implements KeySource {
  static final int PAUSE_SECONDS = 10;

  private static final int WAIT_SECONDS = 10;
  private static final int MAX_KEYS = 100;

  /** Reads the set's text, within a time limit of its own. */
  @FunctionalInterface
  interface Text {
    String read() throws IOException, InterruptedException;
  }

  private record Held(List<TokenKey> keys, Instant since) {}

  private final String name;
  private final Text text;
  private final boolean secrets;
  private final @Nullable String algorithm;
  private final Duration refresh;
  private final Duration keep;
  private final InstantSource clock;
  private volatile @Nullable Held held;
  private @Nullable CompletableFuture<?> underWay;
  private @Nullable Instant tried;

  /**
   * A set that has not been read.
   *
   * @param name what it is called in the log
   * @param secrets whether secret keys in it count
   */
  KeySet(
      String name,
      Text text,
      boolean secrets,
      @Nullable String algorithm,
      Duration refresh,
      Duration keep,
      InstantSource clock) {
    this.name = name;
    this.text = text;
    this.secrets = secrets;
    this.algorithm = algorithm;
    this.refresh = refresh;
    this.keep = keep;
    this.clock = clock;
  }

  @Override
  public List<TokenKey> keys(@Nullable String kid) throws Unavailable {
    Instant now = clock.instant();
    Held current = held;
    if (current == null || current.since.plus(keep).isBefore(now)) {
      await(read(now));
    } else if (kid != null && current.keys.stream().noneMatch(key -> key.answersTo(kid))) {
      await(read(now));
    } else if (current.since.plus(refresh).isBefore(now)) {
      read(now);
    }
    current = held;
    if (current == null || current.since.plus(keep).isBefore(now)) {
      throw new Unavailable("the keys of " + name + " cannot be had");
    }
    return current.keys;
  }

  /** Begins to read the set, unless that is under way or was tried a moment ago. */
  CompletableFuture<?> read(Instant now) {
    var begun = new CompletableFuture<Void>();
    synchronized (this) {
      CompletableFuture<?> before = underWay;
      if (before != null) {
        return before;
      }
      if (tried != null && now.isBefore(tried.plusSeconds(PAUSE_SECONDS))) {
        return CompletableFuture.completedFuture(null);
      }
      tried = now;
      underWay = begun;
    }
    Thread.ofVirtual().name("carillon-keys").start(() -> readNow(begun));
    return begun;
  }

  private void readNow(CompletableFuture<?> begun) {
    try {
      held = new Held(parse(text.read()), clock.instant());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException failed) {
      LoggerFactory.getLogger(KeySet.class)
          .warn(
              "the keys of {} cannot be read: {}. {}",
              name,
              reason(failed),
              held == null ? "Nobody can be let in until they can" : "The last ones still count");
    } finally {
      synchronized (this) {
        underWay = null;
      }
      begun.complete(null);
    }
  }

  private static String reason(Exception failed) {
    return Objects.requireNonNullElse(failed.getMessage(), failed.getClass().getSimpleName());
  }

  private List<TokenKey> parse(String json) {
    List<TokenKey> found;
    try {
      found =
          JWKSet.parse(json).getKeys().stream()
              .map(jwk -> TokenKey.of(jwk, algorithm, secrets))
              .filter(Objects::nonNull)
              .toList();
    } catch (ParseException none) {
      throw new IllegalArgumentException("it is no JSON Web Key set");
    }
    if (found.isEmpty() || found.size() > MAX_KEYS) {
      throw new IllegalArgumentException(
          "it has %d keys that can be used, must have 1 to %d".formatted(found.size(), MAX_KEYS));
    }
    return found;
  }

  /**
   * Reads the set once, now.
   *
   * @throws IllegalArgumentException when it cannot be used: why
   */
  KeySet readFirst() {
    try {
      held = new Held(parse(text.read()), clock.instant());
      return this;
    } catch (IOException failed) {
      throw new IllegalArgumentException(name + " cannot be read: " + reason(failed));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalArgumentException(name + " was not read: interrupted");
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException(name + ": " + wrong.getMessage());
    }
  }

  private static void await(CompletableFuture<?> reading) {
    try {
      reading.get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException late) {
      // What is there by now is looked at next.
    }
  }
}
