package dev.carillon.client;

import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.Payload;
import dev.carillon.wire.Priority;
import dev.carillon.wire.Target;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a publication carries beside its data. Immutable.
 *
 * @param event the name of this kind of message, or null
 * @param key what conflation and compaction go by, or null
 * @param tags what filters look at
 * @param priority its priority
 * @param ttl how long it is worth delivering; null for as long as the room keeps it
 * @param echo whether this client gets it too, where it reads the room
 * @param filter an expression over claims: only readers that it holds for get it; null for all
 * @param countReaders whether the answer says how many readers were attached
 */
public record PublishOptions(
    @Nullable String event,
    @Nullable String key,
    Map<String, String> tags,
    Priority priority,
    @Nullable Duration ttl,
    boolean echo,
    @Nullable String filter,
    boolean countReaders) {
  /** Nothing but the data. */
  public static final PublishOptions DEFAULT =
      new PublishOptions(null, null, Map.of(), Priority.NORMAL, null, true, null, false);

  /** Copies the tags. */
  public PublishOptions {
    tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
  }

  /** The same with a name for this kind of message. */
  public PublishOptions withEvent(String name) {
    return new PublishOptions(name, key, tags, priority, ttl, echo, filter, countReaders);
  }

  /** The same with a key. */
  public PublishOptions withKey(String newKey) {
    return new PublishOptions(event, newKey, tags, priority, ttl, echo, filter, countReaders);
  }

  /** The same with one more tag. */
  public PublishOptions withTag(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(tags);
    more.put(name, value);
    return new PublishOptions(event, key, more, priority, ttl, echo, filter, countReaders);
  }

  /** The same with another priority. */
  public PublishOptions withPriority(Priority other) {
    return new PublishOptions(event, key, tags, other, ttl, echo, filter, countReaders);
  }

  /** The same, worth delivering for so long. */
  public PublishOptions withTtl(Duration time) {
    return new PublishOptions(event, key, tags, priority, time, echo, filter, countReaders);
  }

  /** The same, but not for this client. */
  public PublishOptions withoutEcho() {
    return new PublishOptions(event, key, tags, priority, ttl, false, filter, countReaders);
  }

  /** The same for readers whose claims an expression holds for. */
  public PublishOptions withFilter(String expression) {
    return new PublishOptions(event, key, tags, priority, ttl, echo, expression, countReaders);
  }

  /** The same; the answer says how many readers were attached. */
  public PublishOptions withReaderCount() {
    return new PublishOptions(event, key, tags, priority, ttl, echo, filter, true);
  }

  ClientMessage.Publish message(Target target, Payload payload) {
    Long millis = ttl == null ? null : ttl.toMillis();
    return new ClientMessage.Publish(
        0,
        target,
        event,
        payload,
        null,
        null,
        key,
        tags,
        priority,
        millis,
        echo,
        filter,
        countReaders);
  }
}
