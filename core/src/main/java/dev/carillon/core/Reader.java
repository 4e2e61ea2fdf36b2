package dev.carillon.core;

import dev.carillon.core.spi.Notice;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session in a room, as delivery sees it: a cursor. It owns no queue and no copy; what it may
 * hold is the segment in which its socket was cut in the middle of a frame.
 */
final class Reader {
  /** So many offsets in a row that were kept from a reader are told without a message behind. */
  private static final int TOLD_KEPT = 256;

  /** After so many bytes it is another room's turn. */
  private static final int QUANTUM = 64 << 10;

  /** How a turn ended. */
  enum Turn {
    /** Nothing more is to be delivered, or it has to be read first. */
    DONE,
    /** There is more. */
    MORE,
    /** The socket takes no more. */
    BLOCKED
  }

  final Session session;
  final RoomView view;
  final FormReaders group;

  /** Where it stands in its group, so that it leaves without a search. */
  int index;

  /** Where it waits in its session for its turn; null when it does not. */
  Turns.@Nullable Urgency queued;

  /** Who waits there behind it. */
  @Nullable Reader behind;

  /** Whether it waits for a page of the past. */
  boolean awaiting;

  /** Whether it has left; a frame that was begun is finished all the same. */
  boolean left;

  /** The companion room's reader, where presence was asked for. */
  @Nullable Reader companion;

  private final @Nullable Selection selection;

  /** What it is owed, where it acknowledges. */
  private final @Nullable Acknowledgement acks;

  private long next;

  /** The first of the offsets before {@link #next} that were kept from it and not told; or 0. */
  private long keptFrom;

  /** Up to here it replays what was there when it came; that is no lag. 0 when it does not. */
  private long replayTo;

  private long replayed;

  /** Null while it is not conflated. */
  private @Nullable Conflating conflating;

  /** What its turn has given it so far, in bytes; a turn goes on when the socket does. */
  private int given;

  /** Whether it was told that its room is stale, and is to be told the head when it has it. */
  private boolean owesHead;

  /** Whether something was sent to it since it was asked last. */
  private boolean served;

  /** What explains it afterwards; null for readers that nobody asks about. */
  private @Nullable Stay stay;

  private int cut;
  private long moveAfterCut;
  private @Nullable Segment held;

  Reader(
      Session session,
      RoomView view,
      FormReaders group,
      @Nullable Selection selection,
      @Nullable Acknowledgement acks,
      long next) {
    this.session = session;
    this.view = view;
    this.group = group;
    this.selection = selection;
    this.acks = acks;
    this.next = next;
    replay(next);
  }

  @Nullable Selection selection() {
    return selection;
  }

  /** The offset that it gets next. */
  long next() {
    return next;
  }

  /** How pressing its next turn is, by the priorities of what it has not had. */
  Turns.Urgency urgency() {
    if (next <= view.lastHigh()) {
      return Turns.Urgency.HIGH;
    }
    return next <= view.lastUsual() ? Turns.Urgency.USUAL : Turns.Urgency.LOW;
  }

  // -- Its account -------------------------------------------------------------------------------

  /** From here on it is remembered what it gets. */
  void stays(Stay its) {
    stay = its;
  }

  /** It was told that it does not get these. */
  void hole(HoleRing.Why why, long from, long to) {
    if (stay != null) {
      stay.hole(view.shard(), why, from, to);
    }
  }

  /** Its room goes on in another log, as it was told. */
  void reset(Epoch old, Position head, String reason) {
    Stay over = stay;
    if (over != null) {
      long sent = moveAfterCut > 0 ? moveAfterCut - 1 : written().offset();
      view.shard().ledger().keep(account(over, old, sent, Ending.reset(reason)));
      stay = new Stay(view.shard().now(), head.offset() + 1, Stay.RESET);
    }
    moveTo(head.offset() + 1);
  }

  /** It has left, or its session has ended. */
  void ended(Ending how) {
    Stay over = stay;
    if (over != null) {
      stay = null;
      view.shard().ledger().keep(account(over, view.epoch(), sent(), how));
    }
  }

  /** What is to be said of it as it is; null when nothing is remembered. */
  @Nullable Account account() {
    return stay == null ? null : account(stay, view.epoch(), sent(), Ending.OPEN);
  }

  /** Everything before and with this offset was sent, or told to be missing. */
  private long sent() {
    return (moveAfterCut > 0 ? moveAfterCut : next) - 1;
  }

  private Account account(Stay its, Epoch epoch, long sent, Ending ending) {
    return new Account(
        session.id(),
        session.user(),
        session.began(),
        view.name(),
        epoch,
        its,
        sent,
        keptFrom,
        selection == null ? null : new Account.Wish(selection.expression(), selection.filter()),
        acks == null ? null : acks.owed(),
        ending,
        ending.kind() == Ending.Kind.OPEN ? waits() : "",
        view.shard().now());
  }

  private String waits() {
    if (session.turns().isBlocked()) {
      return "its connection takes no more for the moment";
    }
    if (acks != null && acks.room() == 0) {
      return "as much as may be is sent and not acknowledged";
    }
    return awaiting ? "it is being read from the store" : "its turn is about to come";
  }

  // -- Delivering --------------------------------------------------------------------------------

  /** Goes on elsewhere, after it was told why. A frame that was begun is finished first. */
  void moveTo(long offset) {
    again(offset);
    if (acks != null) {
      acks.restart(offset - 1);
    }
  }

  /** Goes back to what it has not acknowledged, after which it is told so. */
  void again(long offset) {
    keptFrom = 0;
    conflating = null;
    replayTo = 0;
    if (cut == 0) {
      next = offset;
    } else {
      moveAfterCut = offset;
    }
  }

  /** Reads what {@link #deliver} is about to. */
  int prefetch() {
    return (int) next + (acks == null ? 0 : 1);
  }

  /** Offers what it has not had yet, for one turn. */
  Turn deliver() {
    while (!left && next <= view.head()) {
      if (given >= QUANTUM) {
        given = 0;
        return Turn.MORE;
      }
      int most = Integer.MAX_VALUE;
      if (acks != null) {
        acks.reached(next);
        most = acks.room();
        if (most == 0) {
          given = 0;
          return Turn.DONE; // it goes on when something is acknowledged
        }
      }
      if (next < view.floor() && belowFloor()) {
        if (session.turns().areOver()) {
          return Turn.DONE;
        }
        continue;
      }
      Rendition run = group.run(next);
      if (run == null) {
        if (!view.keepsNothing()) {
          view.paging().await(this, next);
          return Turn.DONE;
        }
        skip();
        continue;
      }
      Segment segment = run.segment(next);
      long end = segment.end();
      if (conflating != null || selection != null || segment.particular()) {
        if (conflating != null && !conflating.announce(next)) {
          conflating = null;
        }
        if (!isMeant(segment, next)) {
          passOver(segment);
          continue;
        }
        end = endOfMeant(segment);
      }
      if (end - next > most) {
        end = next + most;
      }
      tellKept();
      int start = segment.start(next);
      ByteBuffer slice = segment.slice(start, end);
      int wanted = slice.remaining();
      int taken = session.outlet().offer(slice);
      if (taken < wanted) {
        given += taken;
        cutAt(segment, start + taken);
        return Turn.BLOCKED;
      }
      given += taken;
      served(end);
      next = end;
    }
    if (acks != null) {
      acks.reached(next);
    }
    given = 0;
    if (owesHead && !left) {
      owesHead = false;
      tellKept();
      session.tell(new Notice.Heads(Map.of(view.name(), next - 1)));
    }
    return Turn.DONE;
  }

  /** Everything before this offset has been taken by the socket. */
  private void served(long end) {
    served = true;
    owesHead = false; // the message says as much
    if (acks != null) {
      acks.sent(next, end);
    }
  }

  /**
   * The room is no longer stale: it is told so by the head, once it has had what is before. Who is
   * behind gets its turn with the others, by how pressing that is which it has not had.
   */
  void fresh() {
    owesHead = true;
    if (next > view.head()) {
      session.turns().enqueue(this);
    }
  }

  /**
   * The last offset of its room, where it has had all that there is and was sent nothing since this
   * was asked last; -1 otherwise.
   */
  long quietAt() {
    boolean quiet = !served && next > view.head();
    served = false;
    if (quiet) {
      tellKept();
    }
    return quiet ? next - 1 : -1;
  }

  private boolean isMeant(Segment segment, long offset) {
    Entry entry = segment.entry(offset);
    return !isConflated(entry)
        && (selection == null || selection.wants(entry))
        && (entry.message().isForAll()
            || !entry.message().isKeptFrom(session.self(), view.shard().now()));
  }

  private boolean isConflated(Entry entry) {
    return conflating != null && conflating.isTold(entry);
  }

  /** Passes over what is not meant for this reader; it is told before the next message. */
  private void passOver(Segment segment) {
    do {
      if (isConflated(segment.entry(next))) {
        tellKept(); // this one was told before, as lost
      } else if (keptFrom == 0) {
        keptFrom = next;
      }
      next++;
    } while (next < segment.end() && !isMeant(segment, next));
    if (keptFrom > 0 && next - keptFrom >= TOLD_KEPT) {
      tellKept();
    }
  }

  private long endOfMeant(Segment segment) {
    long end = next + 1;
    long last =
        conflating == null ? segment.end() : Math.min(segment.end(), conflating.announced() + 1);
    while (end < last && isMeant(segment, end)) {
      end++;
    }
    return end;
  }

  private void tellKept() {
    if (keptFrom > 0) {
      Range kept = new Range(keptFrom, next - 1);
      hole(HoleRing.Why.SKIPPED, kept.from(), kept.to());
      keptFrom = 0;
      session.tell(new Notice.Skipped(view.name(), List.of(kept)));
    }
  }

  /** Offers the rest of the frame in which the socket was cut; true when it is all taken. */
  boolean finishFrame() {
    Segment segment = held;
    if (segment == null) {
      return true;
    }
    int start = segment.start(next) + cut;
    ByteBuffer rest = segment.slice(start, next + 1);
    int wanted = rest.remaining();
    int taken = session.outlet().offer(rest);
    if (taken < wanted) {
      cut += taken;
      return false;
    }
    if (moveAfterCut == 0) {
      served(next + 1);
    }
    next = moveAfterCut > 0 ? moveAfterCut : next + 1;
    moveAfterCut = 0;
    letGo();
    return true;
  }

  /** How many bytes it keeps from being freed. */
  int pinned() {
    return held == null ? 0 : held.capacity();
  }

  /** Lets go of the segment, finished or not. */
  void letGo() {
    cut = 0;
    if (held != null) {
      held.release();
      held = null;
    }
  }

  private void cutAt(Segment segment, int at) {
    if (at == segment.start(segment.end())) {
      throw new IllegalStateException("an outlet took all and said less");
    }
    long whole = segment.offsetAt(at);
    if (whole > next) {
      served(whole);
    }
    next = whole;
    cut = at - segment.start(next);
    if (cut > 0) {
      segment.hold();
      held = segment;
      session.turns().unfinished(this);
    }
  }

  // -- Too far behind --------------------------------------------------------------------------

  /** True when that moved it, or ended its session. */
  private boolean belowFloor() {
    if (next < view.oldest()) {
      tellTrimmed();
      return true;
    }
    if (conflating != null || !isTooFarBehind()) {
      return false;
    }
    switch (action()) {
      case DISCONNECT -> session.turns().tooSlow(this);
      case SKIP -> skip();
      case CONFLATE -> {
        view.shard().slowReaders().count(SlowReaders.Action.CONFLATE);
        conflate(view.conflations(selection).recent());
        return false;
      }
    }
    return true;
  }

  /** Of what was there then, it gets the newest message of each key and is told of the others. */
  void conflate(Conflation at) {
    conflating = new Conflating(this, at);
  }

  /** What is done when it is slow. */
  SlowReaders.Action action() {
    return session.canBeTold()
        ? view.policy().slowReaders().action()
        : SlowReaders.Action.DISCONNECT;
  }

  /**
   * Whether it is slow. Whoever replays is not, also not when more came meanwhile, as long as each
   * further stretch is at most half of the one before. Nor is whoever acknowledges: it is owed
   * everything, and is sent no more than it has acknowledged.
   */
  boolean isTooFarBehind() {
    if (acks != null || next >= view.lagFloor() || next <= replayTo) {
      return false;
    }
    if (view.head() - replayTo <= replayed / 2) {
      replay(replayTo + 1);
      return false;
    }
    return true;
  }

  private void replay(long from) {
    long head = view.head();
    replayed = Math.max(0, head - from + 1);
    replayTo = replayed == 0 ? 0 : head;
  }

  /** The position up to which everything has been written, the frame that was begun included. */
  Position written() {
    return new Position(view.epoch(), cut == 0 ? next - 1 : next);
  }

  private void skip() {
    view.shard().slowReaders().count(SlowReaders.Action.SKIP);
    tellKept();
    Range lost = new Range(next, view.head()); // once: the home shard may raise it just now
    hole(HoleRing.Why.LAGGED, lost.from(), lost.to());
    moveTo(lost.to() + 1);
    session.tell(new Notice.Gap(view.name(), view.epoch(), List.of(lost), "lag"));
  }

  private void tellTrimmed() {
    tellKept();
    long oldest = Math.min(view.oldest(), view.head() + 1);
    Range lost = new Range(next, oldest - 1);
    hole(HoleRing.Why.TRIMMED, lost.from(), lost.to());
    next = oldest;
    if (acks != null) {
      acks.lost(lost.from(), lost.to());
    }
    session.tell(new Notice.Gap(view.name(), view.epoch(), List.of(lost), "trimmed"));
  }
}
