package dev.carillon.core.spi;

import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.RoomName;

/**
 * How a protocol is spoken in an event stream (server-sent events, {@code text/event-stream}).
 * Without state; safe for use by many threads.
 */
public interface Streaming {
  /**
   * Appends one message as a whole event, which {@link EventText} writes. The same for all readers;
   * equal input gives equal bytes.
   */
  void append(RoomName room, Epoch epoch, Entry entry, Bytes into);

  /**
   * Begins a conversation with a client that has just asked for a stream. What it {@linkplain
   * Line#send sends} becomes an event's data, text only.
   *
   * @param events what it can do beside
   */
  Conversation open(Opening opening, Line line, EventStream events);
}
