package dev.carillon.server;

import dev.carillon.core.Member;
import dev.carillon.core.spi.Gate;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * What an application says of rooms whose messages all carry one type. What a client publishes
 * there and is not of that type is refused, also where no handler is given. Confined to the thread
 * that sets it up.
 *
 * @param <T> what the messages carry
 */
public final class TypedRoomSetup<T> {
  private final RoomSetup room;
  private final Class<T> type;

  TypedRoomSetup(RoomSetup room, Class<T> type) {
    this.room = room;
    this.type = type;
    onMessage((member, message) -> message.accept());
  }

  /** Has every message to these rooms judged before it is appended; see {@link MessageHandler}. */
  public TypedRoomSetup<T> onMessage(BiFunction<Member, TypedMessage<T>, Gate.Verdict> judge) {
    room.onMessage(
        (member, message) -> judge.apply(member, new TypedMessage<>(message, message.data(type))));
    return this;
  }

  /** Says everything else, as for any room. */
  public TypedRoomSetup<T> room(Consumer<RoomSetup> setup) {
    setup.accept(room);
    return this;
  }
}
