package dev.carillon.client.spi;

import dev.carillon.wire.ServerMessage;
import org.jspecify.annotations.Nullable;

/** Asks for a new token when nine tenths of the old one's time are over. */
final class Tokens {
  /** So that a token that expires at once does not make a loop. */
  private static final long SHORTEST = 1_000;

  private final Speaker speaker;
  private final boolean renewable;
  private long serverAhead;
  private long renewAt = Machine.NEVER;

  Tokens(Speaker speaker, boolean renewable) {
    this.speaker = speaker;
    this.renewable = renewable;
  }

  void welcomed(ServerMessage.Welcome welcome, long now) {
    serverAhead = welcome.serverTime() - now;
    refreshed(welcome.expires(), now);
  }

  void refreshed(@Nullable Long expires, long now) {
    if (expires == null || !renewable) {
      return;
    }
    long left = expires - (now + serverAhead);
    renewAt = now + Math.max(SHORTEST, left / 10 * 9);
  }

  void disconnected() {
    renewAt = Machine.NEVER;
  }

  long deadline() {
    return renewAt;
  }

  void tick(long now) {
    if (now >= renewAt) {
      renewAt = Machine.NEVER;
      speaker.emit(new Output.NeedToken());
    }
  }
}
