package dev.carillon.client;

import dev.carillon.wire.ServerMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a room's past. Immutable.
 *
 * @param room the room
 * @param epoch what the offsets belong to
 * @param messages the messages, in the order asked for
 * @param head the room's last offset
 * @param oldest the oldest offset that can still be read, null when there is none
 * @param more whether there is another page in the same direction
 */
public record HistoryPage(
    String room,
    String epoch,
    List<Message> messages,
    long head,
    @Nullable Long oldest,
    boolean more) {
  static HistoryPage of(ServerMessage.History said) {
    List<Message> messages =
        said.messages().stream()
            .map(entry -> new Message(said.room(), said.epoch(), entry, false))
            .toList();
    return new HistoryPage(
        said.room(), said.epoch(), messages, said.head(), said.oldest(), said.more());
  }
}
