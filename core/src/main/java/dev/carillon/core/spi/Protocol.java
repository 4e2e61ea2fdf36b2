package dev.carillon.core.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is spoken over connections of one kind: its bytes to core's commands and back. Without
 * state; safe for use by many threads. Found by {@link java.util.ServiceLoader}.
 */
public interface Protocol {
  /** A short name for configuration and metrics: {@code carillon.v1.json}, {@code plain}, ... */
  String name();

  /** The names by which a client asks for it (RFC 6455 section 1.9), best first; may be empty. */
  List<String> subprotocols();

  /**
   * Whether it is spoken to a client that asked for none of its names at this address. The first
   * protocol that says so is taken.
   *
   * @param path the address's path, decoded, beginning with {@code /}
   */
  boolean answers(String path);

  /** How messages are put for this protocol's readers. The same object at each call. */
  Encoding encoding();

  /** Begins a conversation with a client that has just connected. */
  Conversation open(Opening opening, Line line);

  /**
   * How it is spoken in an event stream at an address that it answers for; null where it is not.
   * The same object at each call.
   */
  default @Nullable Streaming streaming() {
    return null;
  }

  /** What it answers to single requests at addresses that it knows; null where it does not. */
  default @Nullable Resource resource() {
    return null;
  }
}
