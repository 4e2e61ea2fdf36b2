package dev.carillon.client.spi;

import dev.carillon.wire.Target;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Messages on their way into rooms: each is published once, however often it has to be sent.
 *
 * <p>Every target has a line. Messages are sent in its order, counted from 1 in the publisher's
 * current incarnation, and each names the one before it, so that the room takes them in this order
 * or not at all. What is unanswered when a connection breaks is sent again with the same number.
 */
final class Outbox {
  /**
   * Targets whose count is kept. The oldest idle one is forgotten, and counts in a newer
   * incarnation when it is published to again.
   */
  private static final int MAX_LINES = 10_000;

  private final MachineOptions options;
  private final RandomGenerator random;
  private final Map<Target, Line> lines = new LinkedHashMap<>();

  /** The lines in which something waits. */
  private final Map<Target, Line> busy = new LinkedHashMap<>();

  private final Map<Long, Publication> byRequest = new LinkedHashMap<>();
  private long incarnation;
  private int messages;
  private long bytes;

  Outbox(MachineOptions options, RandomGenerator random) {
    this.options = options;
    this.random = random;
    this.incarnation = options.incarnation();
  }

  int messages() {
    return messages;
  }

  boolean fits(Publication publication) {
    return messages < options.outboxMessages()
        && bytes + publication.bytes() <= options.outboxBytes();
  }

  void add(Publication publication) {
    Line line = lines.get(publication.target());
    if (line == null) {
      line = newLine(publication.target());
    }
    busy.put(publication.target(), line);
    line.waiting.add(publication);
    messages++;
    bytes += publication.bytes();
  }

  private Line newLine(Target target) {
    if (lines.size() >= MAX_LINES) {
      forgetAnIdleLine();
    }
    Line line = new Line(incarnation, new Backoff(random));
    lines.put(target, line);
    return line;
  }

  private void forgetAnIdleLine() {
    Iterator<Map.Entry<Target, Line>> all = lines.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Target, Line> entry = all.next();
      if (!busy.containsKey(entry.getKey())) {
        incarnation = Math.max(incarnation, entry.getValue().incarnation + 1);
        all.remove();
        return;
      }
    }
  }

  /** The lines in which something waits, in the order in which they began to. */
  List<Line> busy() {
    return List.copyOf(busy.values());
  }

  /** What is to be sent now on a line, ready stamped; null for nothing. */
  @Nullable Publication next(Line line, long now) {
    if (line.settling || now < line.retryAt) {
      return null;
    }
    line.retryAt = 0;
    if (line.inFlight >= Math.min(Rules.IN_FLIGHT, line.waiting.size())) {
      return null;
    }
    Publication publication = line.waiting.get(line.inFlight);
    if (publication.sequence == 0) {
      publication.sequence = line.next++;
    }
    publication.previous =
        line.inFlight == 0
            ? line.before(publication)
            : line.waiting.get(line.inFlight - 1).sequence;
    return publication;
  }

  void sent(Publication publication, long request, long now) {
    line(publication).inFlight++;
    publication.request = request;
    publication.sentAt = now;
    byRequest.put(request, publication);
  }

  /** Whether a request is a publication's. */
  boolean knows(long request) {
    return byRequest.containsKey(request);
  }

  /** The publication whose request is answered; null when there is none. */
  @Nullable Publication answered(long request) {
    Publication publication = byRequest.remove(request);
    if (publication != null) {
      publication.request = 0;
      line(publication).inFlight--;
    }
    return publication;
  }

  Line line(Publication publication) {
    Line line = lines.get(publication.target());
    if (line == null) {
      throw new IllegalStateException("a publication stands in no line");
    }
    return line;
  }

  void remove(Publication publication) {
    Line line = line(publication);
    line.waiting.remove(publication);
    if (line.waiting.isEmpty()) {
      busy.remove(publication.target());
    }
    messages--;
    bytes -= publication.bytes();
  }

  /** Whatever is unanswered is in doubt now, and goes out again. */
  void disconnected() {
    for (Publication publication : byRequest.values()) {
      publication.inDoubt = true;
      publication.request = 0;
    }
    byRequest.clear();
    for (Line line : busy.values()) {
      line.inFlight = 0;
      line.settling = false;
      line.renewing = false;
      line.retryAt = 0;
    }
  }

  /** When a line that waits may go on, or {@link Machine#NEVER}. */
  long waitsUntil() {
    long first = Machine.NEVER;
    for (Line line : busy.values()) {
      if (line.retryAt > 0 && !line.settling) {
        first = Math.min(first, line.retryAt);
      }
    }
    return first;
  }

  /** When the oldest unanswered message was sent, or {@link Machine#NEVER}. */
  long oldestSent() {
    return byRequest.isEmpty() ? Machine.NEVER : byRequest.values().iterator().next().sentAt;
  }

  /** Everything, at the end. */
  List<Publication> drain() {
    List<Publication> left = new ArrayList<>();
    busy.values().forEach(line -> left.addAll(line.waiting));
    lines.clear();
    busy.clear();
    byRequest.clear();
    messages = 0;
    bytes = 0;
    return left;
  }
}
