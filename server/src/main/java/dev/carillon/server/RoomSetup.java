package dev.carillon.server;

import dev.carillon.core.RoomPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What an application says of the rooms of one pattern. Confined to the thread that sets it up. */
public final class RoomSetup {
  private RoomSettings settings;
  private @Nullable MessageHandler handler;

  RoomSetup(RoomSettings settings) {
    this.settings = settings;
  }

  /** Has every message to these rooms judged before it is appended. */
  public RoomSetup onMessage(MessageHandler judge) {
    handler = judge;
    return this;
  }

  /** Keeps at most so many messages, of at most this age. */
  public RoomSetup retain(int count, Duration age) {
    settings = settings.withRetention(settings.retention().withCount(count).withAge(age));
    return this;
  }

  /** Shows members to each other, or does not. */
  public RoomSetup presence(boolean shown) {
    settings =
        settings.withPresence(shown ? RoomPolicy.Presence.Mode.FULL : RoomPolicy.Presence.Mode.OFF);
    return this;
  }

  /** Refuses larger payloads. */
  public RoomSetup maxMessage(ByteSize most) {
    settings = settings.withMaxMessage(most);
    return this;
  }

  RoomSettings settings() {
    return settings;
  }

  @Nullable MessageHandler handler() {
    return handler;
  }
}
