package dev.carillon.core.spi;

/** What a conversation can do with an event stream beside its line. Confined to the shard. */
public interface EventStream {
  /**
   * Answers that there is a stream. Until then a {@linkplain Line#close close} is the answer, with
   * an HTTP status of its own. What is sent begins the stream, too; a second call does nothing.
   */
  void begin();

  /** When a client that is refused may come back: {@code Retry-After} of the answer. */
  void retryAfter(long millis);

  /** Sends whole events, in order with what the shard delivers. Copies the bytes. */
  void send(Bytes events);

  /**
   * The name by which requests reach this conversation from beside the stream: nobody can guess it.
   */
  String link();
}
