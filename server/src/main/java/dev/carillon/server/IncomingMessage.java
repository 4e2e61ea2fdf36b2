package dev.carillon.server;

import dev.carillon.core.Draft;
import dev.carillon.core.Payload;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Gate;
import org.jspecify.annotations.Nullable;

/**
 * A message that a client publishes, before it has a place. Immutable.
 *
 * @param room where it is published
 * @param draft all that it carries
 */
public record IncomingMessage(RoomName room, Draft draft) {
  /** The message's name, or null. */
  public @Nullable String event() {
    return draft.event();
  }

  /** What it carries, as text: JSON as it was written, binary decoded as UTF-8. */
  public String text() {
    return draft.payload().asText();
  }

  /** What it carries. */
  public Payload payload() {
    return draft.payload();
  }

  /** It is appended as it is. */
  public Gate.Verdict accept() {
    return new Gate.Verdict.Pass(draft);
  }

  /** It is appended with another payload. */
  public Gate.Verdict accept(Payload changed) {
    return new Gate.Verdict.Pass(draft.withPayload(changed));
  }

  /**
   * It is not appended.
   *
   * @param why told to its publisher, in a sentence
   */
  public Gate.Verdict refuse(String why) {
    return new Gate.Verdict.Refuse(new Problem(Problem.Reason.REFUSED, why));
  }
}
