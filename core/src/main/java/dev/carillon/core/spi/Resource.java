package dev.carillon.core.spi;

import dev.carillon.core.Payload;
import java.util.List;

/**
 * What a protocol answers to single HTTP requests, each in a short session of its own. Without
 * state; safe for use by many threads.
 */
public interface Resource {
  /**
   * A request.
   *
   * @param method such as {@code GET}
   * @param opening address, parameters and credentials
   * @param body what kind the body is by its Content-Type, valid as such but for {@code JSON},
   *     which has not been looked at; empty when there is none
   */
  record Request(String method, Opening opening, Payload body) {}

  /** Whether requests to this address are answered. */
  boolean answers(String path);

  /** The methods that the addresses know. */
  List<String> methods();

  /** Begins to answer: the answer is the visit's to take, once. Does not block. */
  Visitor visit(Request request, Visit visit);

  /** Who asks on the client's behalf. Confined to the shard. */
  interface Visitor extends Conversation {
    /** Messages of a room that was joined wait; they are not delivered, but can be read. */
    void reached();
  }
}
