package dev.carillon.core;

import dev.carillon.core.spi.Notice;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The calls made on a shard that wait for their replies: those of its sessions, and the server's
 * own. Each is answered once: by whoever was asked, or by the end of its time. What comes later is
 * ignored. Confined to the shard.
 */
final class Calls {
  /** How many calls of one session may be open. */
  static final int MAX_OPEN = 64;

  /**
   * A call that waits.
   *
   * @param caller the session that made it, or null for the server itself
   * @param toApplication whether the application was asked
   */
  private record Open(
      long number,
      long deadline,
      @Nullable Session caller,
      boolean toApplication,
      Consumer<Reply> then) {}

  private final Shard shard;
  private final Map<Long, Open> open = new LinkedHashMap<>();
  private final TreeSet<Open> byDeadline =
      new TreeSet<>(Comparator.comparingLong(Open::deadline).thenComparingLong(Open::number));
  private long numbers;

  Calls(Shard shard) {
    this.shard = shard;
  }

  /** A number that no other call on this node has. */
  long nextNumber() {
    return ++numbers * shard.shardCount() + shard.number();
  }

  /** A session asks the application, or a member of the room that the call names. */
  void ask(Session caller, long ref, @Nullable String member, Call call) {
    Consumer<Reply> then = reply -> caller.tell(new Notice.Replied(ref, reply));
    long number = open(caller, member == null, call, then);
    if (member == null) {
      shard.gate().answer(call, reply -> shard.post(() -> answered(number, reply)));
    } else {
      seek(number, member, call, 0);
    }
  }

  /** The server itself asks a session. */
  void ask(String session, Call call, Consumer<Reply> then) {
    seek(open(null, false, call, then), session, call, 0);
  }

  private long open(
      @Nullable Session caller, boolean toApplication, Call call, Consumer<Reply> then) {
    long deadline = shard.now() + call.timeoutMillis();
    Open made = new Open(nextNumber(), deadline, caller, toApplication, then);
    open.put(made.number(), made);
    byDeadline.add(made);
    if (caller != null) {
      caller.calls().open().add(made.number());
    }
    return made.number();
  }

  /** Looks where the session was opened, and then, as it may have moved, at the next shard. */
  private void seek(long number, String session, Call call, int tried) {
    int shards = shard.shardCount();
    if (tried == shards) {
      answered(number, Reply.of(Problem.Reason.NO_SUCH_MEMBER, "that session is not here"));
      return;
    }
    Shard there = shard.sibling((shard.birthplace(session) + tried) % shards);
    shard.tell(
        there,
        () -> {
          Session callee = there.resumable().attached(session);
          if (callee == null) {
            there.tell(shard, () -> seek(number, session, call, tried + 1));
          } else {
            callee.calls().ask(call, reply -> there.tell(shard, () -> answered(number, reply)));
          }
        });
  }

  private void answered(long number, Reply reply) {
    Open call = open.get(number);
    if (call != null) {
      close(call);
      if (byDeadline.remove(call)) {
        call.then().accept(reply);
      }
    }
  }

  private void close(Open call) {
    open.remove(call.number());
    if (call.caller() != null) {
      call.caller().calls().open().remove(call.number());
    }
  }

  /** A session is gone: nobody waits for what it asked. */
  void forget(Iterable<Long> numbers) {
    for (long number : numbers) {
      Open call = open.remove(number);
      if (call != null) {
        byDeadline.remove(call);
      }
    }
  }

  /** Time has passed. */
  void tick(long now) {
    while (!byDeadline.isEmpty() && byDeadline.first().deadline() <= now) {
      Open late = byDeadline.removeFirst();
      if (!late.toApplication()) { // the application's work counts until it is done
        close(late);
      }
      late.then().accept(Reply.of(Problem.Reason.TIMEOUT, "there was no answer in time"));
    }
  }
}
