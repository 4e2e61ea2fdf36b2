package dev.carillon.client.spi;

import dev.carillon.client.CarillonException;
import dev.carillon.client.CarillonException.OutboxFull;
import dev.carillon.client.CarillonException.PublishRejected;
import dev.carillon.client.CarillonException.PublishUnknown;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.ErrorCode;
import dev.carillon.wire.Outcome;
import dev.carillon.wire.Problem;
import dev.carillon.wire.ServerMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From the application's publish to the wire, and what an answer means for a line (GUARANTEES G4
 * and G5). When a room says that it has forgotten the publisher, the line begins a new incarnation:
 * what was never in doubt moves there, and what was is handed back as unknown.
 */
final class Publishing {
  /** Incarnations in a row in which a room took nothing; then it is the server's mistake. */
  private static final int MAX_RENEWALS = 3;

  private static final String FORGOTTEN = ErrorCode.PUBLISHER_RESET.code();
  private static final String JUMPED = ErrorCode.SEQUENCE_GAP.code();

  private final Speaker speaker;
  private final Outbox outbox;
  private final String publisher;

  Publishing(Speaker speaker, Outbox outbox, String publisher) {
    this.speaker = speaker;
    this.outbox = outbox;
    this.publisher = publisher;
  }

  void publish(Publication publication, long now) {
    if (!outbox.fits(publication)) {
      String words = outbox.messages() + " messages wait to be published";
      speaker.fail(publication.ticket, new OutboxFull(words));
      return;
    }
    outbox.add(publication);
    pump(now);
  }

  /** Sends what may be sent. */
  void pump(long now) {
    if (!speaker.maySpeak()) {
      return;
    }
    for (Line line : outbox.busy()) {
      Publication publication = outbox.next(line, now);
      while (publication != null) {
        send(line, publication, now);
        publication = outbox.next(line, now);
      }
    }
  }

  private void send(Line line, Publication publication, long now) {
    long number = speaker.number();
    ClientMessage message = publication.message(number, publisher, line.incarnation);
    if (speaker.tooLarge(message, publication.said.payload())) {
      String words = "larger than the limit of " + speaker.maxMessageBytes() + " bytes";
      settle(publication, new PublishRejected(ErrorCode.TOO_LARGE.code(), words, null));
      return;
    }
    outbox.sent(publication, number, now);
    speaker.say(message);
  }

  void published(ServerMessage.Published answer, long now) {
    Publication publication = outbox.answered(answer.id());
    if (publication == null) {
      return;
    }
    Line line = outbox.line(publication);
    line.last = Math.max(line.last, publication.sequence);
    line.renewals = 0;
    line.backoff.reset();
    outbox.remove(publication);
    speaker.answer(publication.ticket, answer);
    settled(line);
    pump(now);
  }

  void rejected(ServerMessage.Rejected answer, long now) {
    Publication publication = outbox.answered(answer.id());
    if (publication != null) {
      judge(outbox.line(publication), publication, answer, now);
      settled(outbox.line(publication));
      pump(now);
    }
  }

  /** Takes an error that answers a request; false when that was no publication. */
  boolean failed(long request, Problem problem, long now) {
    if (!outbox.knows(request)) {
      return false;
    }
    rejected(new ServerMessage.Rejected(request, null, Outcome.NOT_APPLIED, problem, null), now);
    return true;
  }

  private void judge(Line line, Publication publication, ServerMessage.Rejected answer, long now) {
    Problem problem = answer.problem();
    boolean unknown = answer.outcome() == Outcome.UNKNOWN;
    if (problem.code().equals(FORGOTTEN) || problem.code().equals(JUMPED)) {
      line.settling = true;
      if (canNameAnother(line, publication, answer)) {
        return;
      }
      line.renewing = true;
      if (publication.inDoubt || line.renewals >= MAX_RENEWALS) {
        settle(publication, error(publication, unknown, problem));
      }
    } else if (unknown || problem.retryable()) {
      publication.inDoubt |= unknown;
      line.settling = true;
      line.retryAt = Math.max(now + line.backoff.rest(problem.retryAfter()), line.retryAt);
    } else {
      settle(publication, error(publication, unknown, problem));
    }
  }

  /**
   * Whether the publication would name another predecessor the next time: one before it was refused
   * or held back, or the room knows better what was last.
   */
  private static boolean canNameAnother(
      Line line, Publication publication, ServerMessage.Rejected answer) {
    if (line.waiting.getFirst() != publication
        || publication.previous != line.before(publication)) {
      return true;
    }
    Long known = answer.problem().code().equals(JUMPED) ? answer.lastSequence() : null;
    if (known == null || known == line.last || known >= publication.sequence) {
      return false;
    }
    line.last = known;
    return true;
  }

  /** Goes on with a line when all that was under way has been answered. */
  private void settled(Line line) {
    if (!line.settling || line.inFlight > 0) {
      return;
    }
    line.settling = false;
    if (!line.renewing) {
      return;
    }
    line.renewing = false;
    line.renewals++;
    line.incarnation++;
    line.last = 0;
    line.next = 1;
    for (Publication publication : List.copyOf(line.waiting)) {
      if (publication.inDoubt) {
        settle(publication, unknown(FORGOTTEN, "the room has forgotten this publisher", null));
      }
      publication.sequence = 0;
    }
  }

  void disconnected() {
    outbox.disconnected();
  }

  /** Nothing will be sent any more. */
  void end(CarillonException error) {
    for (Publication publication : outbox.drain()) {
      boolean doubt = publication.inDoubt || publication.request != 0;
      speaker.fail(
          publication.ticket,
          doubt
              ? unknown(error.code(), words(error), error)
              : new PublishRejected(error.code(), words(error), error));
    }
  }

  /** When something is due here, or {@link Machine#NEVER}. */
  long deadline() {
    return outbox.waitsUntil();
  }

  long oldestSent() {
    return outbox.oldestSent();
  }

  int waiting() {
    return outbox.messages();
  }

  private void settle(Publication publication, CarillonException error) {
    outbox.remove(publication);
    speaker.fail(publication.ticket, error);
  }

  private static CarillonException error(
      Publication publication, boolean unknown, Problem problem) {
    return unknown || publication.inDoubt
        ? unknown(problem.code(), problem.message(), null)
        : new PublishRejected(problem.code(), problem.message(), null);
  }

  private static PublishUnknown unknown(String code, String words, @Nullable Throwable cause) {
    return new PublishUnknown(code, words + "; an attempt before may have been taken", cause);
  }

  private static String words(CarillonException error) {
    return String.valueOf(error.getMessage());
  }
}
