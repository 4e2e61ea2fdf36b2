package dev.carillon.core;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is published to a room. Immutable, shared by all readers.
 *
 * @param id unique within its room; {@code publisher:incarnation:sequence} where the publisher
 *     counts
 * @param event the message's name, at most 200 characters, or null
 * @param payload what it carries
 * @param sender who published it, or null for the server itself
 * @param time milliseconds since 1970 at the node that took it
 * @param tags what filters look at, in the order of their names
 * @param key what conflation and compaction go by, or null
 * @param priority -10 to 10, 0 is usual; chooses the moment of flushing and never the order
 * @param ttlMillis how long it is worth delivering after {@code time}; 0 is for ever
 * @param echo whether the sender's own session gets it too
 * @param audience which readers it is for, or null for all of them
 */
public record Message(
    String id,
    @Nullable String event,
    Payload payload,
    @Nullable Member sender,
    long time,
    Map<String, String> tags,
    @Nullable String key,
    int priority,
    long ttlMillis,
    boolean echo,
    @Nullable Audience audience) {
  public Message {
    if (priority < -10 || priority > 10) {
      throw new IllegalArgumentException("priority is " + priority + ", must be -10 to 10");
    }
    if (ttlMillis < 0) {
      throw new IllegalArgumentException("ttl is " + ttlMillis + " ms, must be at least 0");
    }
    // Sorted, so that every node and every run encodes the same bytes.
    tags = tags.isEmpty() ? Map.of() : java.util.Collections.unmodifiableMap(new TreeMap<>(tags));
  }

  /** A message for all readers. */
  public Message(
      String id,
      @Nullable String event,
      Payload payload,
      @Nullable Member sender,
      long time,
      Map<String, String> tags,
      @Nullable String key,
      int priority,
      long ttlMillis,
      boolean echo) {
    this(id, event, payload, sender, time, tags, key, priority, ttlMillis, echo, null);
  }

  /** Whether every reader gets it, whoever reads it and whenever. */
  boolean isForAll() {
    return echo && ttlMillis == 0 && audience == null;
  }

  /** Whether it is kept from a reader at a time, in milliseconds since 1970. */
  boolean isKeptFrom(Member reader, long now) {
    return !echo && sender != null && sender.session().equals(reader.session())
        || ttlMillis > 0 && now - time > ttlMillis
        || !isFor(reader.user());
  }

  /** Whether a user is among those whom it is for: whoever is not, does not find it in history. */
  boolean isFor(User reader) {
    return audience == null || audience.includes(reader);
  }

  /** A rough count of the heap that it occupies, in bytes, by which logs and caches are bounded. */
  public int weight() {
    int weight = 160 + payload.size() + id.length();
    for (Map.Entry<String, String> tag : tags.entrySet()) {
      weight += 100 + tag.getKey().length() + tag.getValue().length();
    }
    return weight;
  }
}
