package dev.carillon.wire;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a room's log as readers get it. Nothing in it depends on who reads.
 *
 * @param offset its place in the room, from 1
 * @param event its name, if the publisher gave one
 * @param messageId its id in the room, if the publisher gave one
 * @param payload the data
 * @param sender who published it, if that is shown
 * @param time when it was appended, milliseconds since 1970
 * @param key what conflation and compaction go by, if given
 * @param tags what filters look at; in the order in which they were given
 * @param priority its priority
 */
public record Entry(
    long offset,
    @Nullable String event,
    @Nullable String messageId,
    Payload payload,
    @Nullable Sender sender,
    long time,
    @Nullable String key,
    Map<String, String> tags,
    Priority priority) {
  public Entry {
    Check.number("offset", offset, 1);
    Objects.requireNonNull(payload, "payload");
    Check.number("time", time);
    tags = ordered(tags);
    Objects.requireNonNull(priority, "priority");
  }

  /** An entry with nothing but data. */
  public Entry(long offset, Payload payload, long time) {
    this(offset, null, null, payload, null, time, null, Map.of(), Priority.NORMAL);
  }

  /** A copy that nobody can change and that keeps its order; free for the usual empty one. */
  static <V> Map<String, V> ordered(Map<String, V> map) {
    return map.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
