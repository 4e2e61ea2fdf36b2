package dev.carillon.server.token;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes token checks of where their keys are. */
public final class TokenChecks {
  private TokenChecks() {}

  /**
   * With the one key in a file.
   *
   * @param algorithm where the kind of key leaves a choice, or null
   * @throws IllegalArgumentException when it cannot be used: why, and what to do
   */
  public static TokenCheck file(
      Path key, @Nullable String algorithm, TokenCheck.Terms terms, InstantSource clock) {
    List<TokenKey> keys = List.of(TokenKey.of(key, algorithm));
    return new TokenCheck(kid -> keys, terms, clock);
  }

  /**
   * With a JSON Web Key set. One at an address is asked for in the background; until it has come,
   * nothing can be said of any token.
   *
   * @param at {@code https://} and so on, or a file's path
   * @param refresh after how long it is read again
   * @param keep how long it counts while it cannot be read again
   * @throws IllegalArgumentException when it cannot be used: why, and what to do
   */
  public static TokenCheck keySet(
      String at,
      @Nullable String algorithm,
      Duration refresh,
      Duration keep,
      TokenCheck.Terms terms,
      InstantSource clock) {
    if (!at.contains("://")) {
      Path file = Path.of(at);
      KeySet.Text text = () -> text(file);
      var set = new KeySet(at, text, true, algorithm, refresh, keep, clock);
      return new TokenCheck(set.readFirst(), terms, clock);
    }
    RemoteText remote = RemoteText.at(at);
    var set = new KeySet(remote.name(), remote, false, algorithm, refresh, keep, clock);
    set.read(clock.instant());
    return new TokenCheck(set, terms, clock);
  }

  private static String text(Path file) throws IOException {
    if (!Files.isReadable(file)) {
      throw new IOException("there is no such file, or it may not be read");
    }
    if (Files.size(file) > 1 << 20) {
      throw new IOException("it is larger than 1 MiB, which no key set is");
    }
    return Files.readString(file);
  }
}
