package dev.carillon.server;

import dev.carillon.core.Call;
import dev.carillon.core.Payload;
import dev.carillon.core.Problem;
import dev.carillon.core.Reply;
import org.jspecify.annotations.Nullable;

/**
 * A question that a client asks the application. Immutable.
 *
 * @param room the room that it is about, or null for a handler that is for none in particular
 * @param call all that was asked
 */
public record IncomingCall(@Nullable RoomAddress room, Call call) {
  /** The question's name. */
  public String event() {
    return call.event();
  }

  /** What is asked, as text: JSON as it was written, binary decoded as UTF-8. */
  public String text() {
    return call.payload().asText();
  }

  /** What is asked. */
  public Payload payload() {
    return call.payload();
  }

  /**
   * What is asked, read from JSON.
   *
   * @throws BadDataException when it is not of that type; a handler that lets it pass refuses the
   *     call with a sentence that says what is wrong
   */
  public <T> T data(Class<T> type) {
    return Json.read(call.payload(), type);
  }

  /**
   * What a variable of the room's pattern stands for.
   *
   * @throws IllegalArgumentException when there is no room, or its pattern has no such variable
   */
  public String variable(String variable) {
    if (room == null) {
      throw new IllegalArgumentException(
          "this handler is for no room, and has no variable '" + variable + "'");
    }
    return room.variable(variable);
  }

  /** The answer. */
  public Reply answer(Payload payload) {
    return new Reply.Value(payload);
  }

  /** The answer is a text. */
  public Reply answer(String text) {
    return answer(Payload.text(text));
  }

  /** The answer is written as JSON. */
  public Reply answerJson(Object answer) {
    return answer(Json.write(answer));
  }

  /**
   * There is no answer.
   *
   * @param why told to the caller, in a sentence
   */
  public Reply refuse(String why) {
    return Reply.of(Problem.Reason.REFUSED, why);
  }

  /**
   * There is no answer, for a reason with a name.
   *
   * @param code a name in small letters with underscores, by which the caller can tell what to do
   */
  public Reply refuse(String code, String why) {
    return new Reply.Failure(code, why, false, null);
  }
}
