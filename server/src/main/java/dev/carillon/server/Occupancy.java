package dev.carillon.server;

import dev.carillon.core.Member;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who is in the rooms whose coming and going an application wants to know of, on this node. Safe
 * for use by many threads: what concerns one room is done one thing after the other.
 */
final class Occupancy {
  private final HandlerThreads rooms = new HandlerThreads("carillon-room-");

  /** Each inner map is only touched in its room's turn. */
  private final Map<RoomName, Map<String, Member>> present = new ConcurrentHashMap<>();

  /** Lets a session in, or says why not; waits for it. */
  @Nullable Problem enter(Handlers handlers, RoomAddress room, Member member) {
    var answer = new CompletableFuture<@Nullable Problem>();
    rooms.run(room.toString(), () -> answer.complete(entered(handlers, room, member)));
    return answer.join();
  }

  private @Nullable Problem entered(Handlers handlers, RoomAddress room, Member member) {
    Map<String, Member> there = present.get(room.name());
    if (there == null) {
      Problem failed = told("opening", handlers.opened(), room);
      if (failed != null) {
        return failed;
      }
      present.put(room.name(), there = new LinkedHashMap<>(2));
    } else if (there.containsKey(member.session())) {
      return null;
    }
    JoinHandler handler = handlers.join();
    Problem refusal = null;
    if (handler != null) {
      IncomingJoin join = new IncomingJoin(room, there.size());
      refusal =
          HandlerGate.asked(
                  "join", room.name(), () -> handler.onJoin(member, join), IncomingJoin::refused)
              .problem();
    }
    if (refusal == null) {
      there.put(member.session(), member);
    } else {
      emptied(handlers, room, there);
    }
    return refusal;
  }

  /** A session is gone; told more often than once, it is gone once. */
  void leave(Handlers handlers, RoomAddress room, String session) {
    rooms.run(room.toString(), () -> left(handlers, room, session));
  }

  private void left(Handlers handlers, RoomAddress room, String session) {
    Map<String, Member> there = present.get(room.name());
    Member member = there == null ? null : there.remove(session);
    if (there == null || member == null) {
      return;
    }
    LeaveHandler handler = handlers.leave();
    if (handler != null) {
      told("leave", at -> handler.onLeave(member, at), room);
    }
    emptied(handlers, room, there);
  }

  private void emptied(Handlers handlers, RoomAddress room, Map<String, Member> there) {
    if (there.isEmpty()) {
      present.remove(room.name());
      told("emptying", handlers.emptied(), room);
    }
  }

  private static @Nullable Problem told(
      String what, @Nullable RoomHandler handler, RoomAddress room) {
    if (handler == null) {
      return null;
    }
    return HandlerGate.asked(
            what,
            room.name(),
            () -> {
              handler.on(room);
              return IncomingJoin.welcome();
            },
            IncomingJoin::refused)
        .problem();
  }
}
