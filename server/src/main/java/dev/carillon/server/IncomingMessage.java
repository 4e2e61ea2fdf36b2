package dev.carillon.server;

import dev.carillon.core.Draft;
import dev.carillon.core.Payload;
import dev.carillon.core.Problem;
import dev.carillon.core.spi.Gate;
import org.jspecify.annotations.Nullable;

/**
 * A message that a client publishes, before it has a place. Immutable.
 *
 * @param room where it is published
 * @param draft all that it carries
 */
public record IncomingMessage(RoomAddress room, Draft draft) {
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

  /**
   * What it carries, read from JSON.
   *
   * @throws BadDataException when it is not of that type; a handler that lets it pass refuses the
   *     message with a sentence that says what is wrong
   */
  public <T> T data(Class<T> type) {
    return Json.read(draft.payload(), type);
  }

  /** It is appended as it is. */
  public Gate.Verdict accept() {
    return new Gate.Verdict.Pass(draft);
  }

  /** It is appended with another payload. */
  public Gate.Verdict accept(Payload changed) {
    return new Gate.Verdict.Pass(draft.withPayload(changed));
  }

  /** It is appended with other data, written as JSON. */
  public Gate.Verdict acceptJson(Object changed) {
    return accept(Json.write(changed));
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
