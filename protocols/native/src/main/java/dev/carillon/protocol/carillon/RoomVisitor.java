package dev.carillon.protocol.carillon;

import dev.carillon.core.Payload;
import dev.carillon.core.Position;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.Session;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.Opening;
import dev.carillon.core.spi.Resource;
import dev.carillon.core.spi.Visit;
import dev.carillon.wire.ServerMessage;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What requests to a room have in common: its name, the credentials, the answer. */
abstract class RoomVisitor implements Resource.Visitor {
  private static final int MAX_DIGITS = 15;

  private final SharedCodec codec;
  private final Resource.Request request;
  private final Visit visit;
  private @Nullable RoomName room;

  RoomVisitor(SharedCodec codec, Resource.Request request, Visit visit) {
    this.codec = codec;
    this.request = request;
    this.visit = visit;
  }

  /** Reads the parameters; what is wrong with them is thrown as a {@link BadRequest}. */
  abstract void read();

  /** Does what the request asks for. */
  abstract void ask(Session session, RoomName room);

  final Opening opening() {
    return request.opening();
  }

  final Resource.Request request() {
    return request;
  }

  final Visit visit() {
    return visit;
  }

  @Override
  public final void opened() {
    String name = opening().path().substring(RoomResource.PATH.length());
    String flaw = RoomName.flaw(name);
    if (flaw != null) {
      refuse(Problem.Reason.BAD_ROOM_NAME, flaw);
      return;
    }
    try {
      read();
    } catch (BadRequest wrong) {
      refuse(wrong.reason, String.valueOf(wrong.getMessage()));
      return;
    }
    room = RoomName.of(name);
    visit.authenticate(opening().credentials());
  }

  @Override
  public final void accepted(Session session) {
    RoomName asked = room;
    if (asked != null) {
      ask(session, asked);
    }
  }

  @Override
  public final void refused(Problem problem) {
    visit.refuse(problem, false, null);
  }

  @Override
  public final void received(Payload.Kind frame, ByteBuffer bytes) {}

  @Override
  public void reached() {}

  final void answer(int status, ServerMessage message, @Nullable Position position) {
    visit.answer(status, codec.encode(message).buffer(), position);
  }

  final void refuse(Problem.Reason reason, String words) {
    visit.refuse(new Problem(reason, words), false, null);
  }

  /** Refusals that every request may get; false when the notice is none. */
  final boolean refused(Notice notice) {
    switch (notice) {
      case Notice.Refused refused -> visit.refuse(refused.problem(), false, null);
      case Notice.Rejected rejected -> visit.refuse(rejected.problem(), rejected.inDoubt(), null);
      case Notice.Goodbye goodbye ->
          refuse(Problem.Reason.SHUTTING_DOWN, "the server is shutting down");
      default -> {
        return false;
      }
    }
    return true;
  }

  /** A parameter that is a number, or null. */
  final @Nullable Long number(String name, long least, long most) {
    String text = opening().parameter(name);
    if (text == null) {
      return null;
    }
    boolean digits =
        !text.isEmpty()
            && text.length() <= MAX_DIGITS
            && text.chars().allMatch(c -> c >= '0' && c <= '9');
    long number = digits ? Long.parseLong(text) : -1;
    if (number < least || number > most) {
      throw new BadRequest("%s must be a number from %d to %d".formatted(name, least, most));
    }
    return number;
  }

  /** What is wrong with a request, in one sentence. */
  static final class BadRequest extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Problem.Reason reason;

    BadRequest(String words) {
      this(Problem.Reason.BAD_MESSAGE, words);
    }

    BadRequest(Problem.Reason reason, String words) {
      super(words, null, false, false);
      this.reason = reason;
    }
  }
}
