package dev.carillon.client.spi;

import dev.carillon.client.CarillonException;
import dev.carillon.client.CarillonException.ConnectionLost;
import dev.carillon.client.CarillonException.OutboxFull;
import dev.carillon.client.CarillonException.RequestRefused;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.Problem;
import dev.carillon.wire.ServerMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Requests that wait to be sent, and those that wait for their answer. */
final class Requests {
  private final Speaker speaker;
  private final ArrayDeque<Request> waiting = new ArrayDeque<>();
  private final Map<Long, Request> sent = new LinkedHashMap<>();

  Requests(Speaker speaker) {
    this.speaker = speaker;
  }

  void add(Request request, long now) {
    if (waiting.size() + sent.size() >= Rules.REQUESTS) {
      speaker.fail(request.ticket, new OutboxFull("too many requests wait"));
      return;
    }
    request.due = now + request.timeout;
    waiting.add(request);
    pump();
  }

  /** Sends what waits, if it may be sent. */
  void pump() {
    while (speaker.maySpeak() && !waiting.isEmpty()) {
      Request request = waiting.remove();
      long number = speaker.number();
      ClientMessage message = request.message.apply(number);
      if (speaker.tooLarge(message, request.payload)) {
        String words = "larger than " + speaker.maxMessageBytes() + " bytes";
        speaker.fail(request.ticket, new RequestRefused("too_large", words, false, null));
        continue;
      }
      speaker.say(message);
      sent.put(number, request);
    }
  }

  /** Takes an answer; false when no request waits for it. */
  boolean answered(long number, ServerMessage answer) {
    Request request = sent.remove(number);
    if (request == null) {
      return false;
    }
    if (request.then != null) {
      request.then.accept(answer);
    }
    speaker.answer(request.ticket, answer);
    return true;
  }

  /** Takes a no; false when no request waits for it. */
  boolean refused(long number, Problem problem) {
    Request request = sent.remove(number);
    if (request == null) {
      return false;
    }
    speaker.fail(request.ticket, Speaker.refusal(problem));
    return true;
  }

  void disconnected() {
    List<Request> again = new ArrayList<>();
    for (Request request : sent.values()) {
      switch (request.ifLost) {
        case REPEATED -> again.add(request);
        case DONE -> speaker.answer(request.ticket, null);
        case FAILED ->
            speaker.fail(
                request.ticket,
                new ConnectionLost(
                    "connection_lost", "the connection broke before the answer", true));
      }
    }
    sent.clear();
    again.reversed().forEach(waiting::addFirst);
  }

  /** Ends what has taken too long. */
  void tick(long now) {
    endOverdue(sent.values().iterator(), now);
    endOverdue(waiting.iterator(), now);
  }

  private void endOverdue(Iterator<Request> requests, long now) {
    while (requests.hasNext()) {
      Request request = requests.next();
      if (now >= request.due) {
        requests.remove();
        speaker.fail(request.ticket, late());
      }
    }
  }

  /** When the first answer is overdue, or {@link Machine#NEVER}. */
  long deadline() {
    long first = Machine.NEVER;
    for (Request request : sent.values()) {
      first = Math.min(first, request.due);
    }
    for (Request request : waiting) {
      first = Math.min(first, request.due);
    }
    return first;
  }

  void end(CarillonException error) {
    sent.values().forEach(request -> speaker.fail(request.ticket, error));
    waiting.forEach(request -> speaker.fail(request.ticket, error));
    sent.clear();
    waiting.clear();
  }

  static RequestRefused late() {
    return new RequestRefused("timeout", "there was no answer in time", true, null);
  }
}
