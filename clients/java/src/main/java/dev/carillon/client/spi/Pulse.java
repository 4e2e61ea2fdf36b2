package dev.carillon.client.spi;

import dev.carillon.wire.ClientMessage;

/** Whether the other side is still there: what was heard, and what has to be heard by when. */
final class Pulse {
  private final Speaker speaker;
  private long heardAt;
  private long heartbeat;

  /** When a connection in doubt is taken for dead, or {@link Machine#NEVER}. */
  private long checkBy = Machine.NEVER;

  Pulse(Speaker speaker) {
    this.speaker = speaker;
  }

  void begin(long now) {
    heardAt = now;
    heartbeat = 0;
    checkBy = Machine.NEVER;
  }

  void heard(long now) {
    heardAt = now;
    checkBy = Machine.NEVER;
  }

  long heardAt() {
    return heardAt;
  }

  /** The server promises to say something so often; 0 is no promise. */
  void promised(long millis) {
    heartbeat = millis;
  }

  /** Asks for a sign of life. */
  void check(long now) {
    if (checkBy == Machine.NEVER) {
      checkBy = now + Rules.CHECK;
      speaker.say(new ClientMessage.Ping(speaker.number()));
    }
  }

  long deadline() {
    return checkBy != Machine.NEVER ? checkBy : silentAt();
  }

  private long silentAt() {
    return heartbeat == 0
        ? Machine.NEVER
        : heardAt + 2 * Math.max(heartbeat, Rules.SHORTEST_HEARTBEAT);
  }

  /** Whether the connection is dead, having asked again where the machine slept meanwhile. */
  boolean dead(long now) {
    if (checkBy != Machine.NEVER) {
      return now >= checkBy;
    }
    long silentAt = silentAt();
    if (now < silentAt) {
      return false;
    }
    if (now - silentAt > Rules.LATE) {
      check(now);
      return false;
    }
    return true;
  }
}
