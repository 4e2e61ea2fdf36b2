package dev.carillon.server;

import dev.carillon.core.Policies;
import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import java.util.List;
import java.util.Map;

/** Policies by pattern; the first that matches counts. Immutable, safe for use by many threads. */
final class RoomRules implements Policies {
  private record Rule(RoomPattern pattern, RoomPolicy policy) {}

  private final List<Rule> rules;

  RoomRules(Map<String, RoomSettings> rooms) {
    rules =
        rooms.entrySet().stream()
            .map(room -> new Rule(RoomPattern.of(room.getKey()), room.getValue().policy()))
            .toList();
  }

  @Override
  public RoomPolicy of(RoomName room) {
    if (room.isInbox()) {
      return RoomPolicy.INBOX;
    }
    if (room.isDeadLetters()) {
      return RoomPolicy.DEAD_LETTERS;
    }
    String[] parts = room.subject().value().split("/");
    for (Rule rule : rules) {
      if (rule.pattern.matches(parts)) {
        return rule.policy;
      }
    }
    return RoomPolicy.DEFAULT;
  }
}
