package dev.carillon.core;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message as its publisher hands it in, before a room has given it a place.
 *
 * @param event the message's name, or null
 * @param payload what it carries
 * @param tags what filters look at
 * @param key what conflation and compaction go by, or null
 * @param priority -10 to 10
 * @param ttlMillis 0 is for ever
 * @param echo whether the sender's own session gets it too
 * @param audience which readers it is for, or null for all of them
 * @param stamp how a repetition of this publish is recognised, or null if it need not be
 */
public record Draft(
    @Nullable String event,
    Payload payload,
    Map<String, String> tags,
    @Nullable String key,
    int priority,
    long ttlMillis,
    boolean echo,
    @Nullable Audience audience,
    @Nullable Stamp stamp) {

  /**
   * A publisher's own count of what it published to a room.
   *
   * @param publisher who counts
   * @param incarnation rises when the publisher lost its count
   * @param sequence 1 for the first
   * @param previous the sequence that must have been settled before, usually {@code sequence - 1}
   */
  public record Stamp(String publisher, long incarnation, long sequence, long previous) {
    /** Begins the names of publishers that publish one message, and are not chosen by clients. */
    private static final String ONCE = "\n";

    /** Begins the names under which nodes count what they publish themselves. */
    private static final String NODE = "\t";

    /** The most characters of a {@linkplain #once free id}. */
    public static final int MAX_ID = 200;

    /**
     * For who does not count: a message that is known by an id of its own. The room remembers it as
     * it remembers a publisher.
     *
     * @throws IllegalArgumentException if the id is empty, has more than {@value #MAX_ID}
     *     characters or control characters
     */
    public static Stamp once(String id) {
      if (id.isEmpty() || id.length() > MAX_ID || id.chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException(
            "message_id has %d characters; it has 1 to %d, and no control characters"
                .formatted(id.length(), MAX_ID));
      }
      return new Stamp(ONCE + id, 1, 1, 0);
    }

    /**
     * For what a node publishes itself, whomever it is about.
     *
     * @param node what nobody else counts under
     * @param incarnation as in other stamps, and so the other two
     */
    public static Stamp ofNode(String node, long incarnation, long sequence, long previous) {
      return new Stamp(NODE + node, incarnation, sequence, previous);
    }

    /** Whether a node publishes it itself. */
    public boolean isOfNode() {
      return publisher.startsWith(NODE);
    }

    /** The message's id within its room. */
    public String messageId() {
      if (publisher.startsWith(ONCE)) {
        return publisher.substring(ONCE.length());
      }
      String name = isOfNode() ? publisher.substring(NODE.length()) : publisher;
      return name + ":" + incarnation + ":" + sequence;
    }
  }

  /** A message for all readers. */
  public Draft(
      @Nullable String event,
      Payload payload,
      Map<String, String> tags,
      @Nullable String key,
      int priority,
      long ttlMillis,
      boolean echo,
      @Nullable Stamp stamp) {
    this(event, payload, tags, key, priority, ttlMillis, echo, null, stamp);
  }

  /** The same with another payload. */
  public Draft withPayload(Payload other) {
    return new Draft(event, other, tags, key, priority, ttlMillis, echo, audience, stamp);
  }

  /** The same with another key. */
  public Draft withKey(@Nullable String other) {
    return new Draft(event, payload, tags, other, priority, ttlMillis, echo, audience, stamp);
  }

  /** The same for some of the readers only, or with null for all of them. */
  public Draft withAudience(@Nullable Audience other) {
    return new Draft(event, payload, tags, key, priority, ttlMillis, echo, other, stamp);
  }

  /** A plain message: a payload and nothing else. */
  public static Draft of(Payload payload) {
    return new Draft(null, payload, Map.of(), null, 0, 0, true, null);
  }

  /** A named message. */
  public static Draft of(String event, Payload payload) {
    return new Draft(event, payload, Map.of(), null, 0, 0, true, null);
  }
}
