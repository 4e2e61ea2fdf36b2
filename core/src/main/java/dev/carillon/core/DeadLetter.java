package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A message that was given up: the same again, with tags that say where it was, who did not
 * acknowledge it, and why.
 *
 * @param reader the user, and behind {@code /} the subscription if it is one
 * @param deliveries how often it was delivered in vain
 */
record DeadLetter(RoomName room, Epoch epoch, Entry entry, String reader, int deliveries) {
  private static final int MOST_TAGS = 64;
  private static final int LONGEST_REASON = 1000;

  /** Its own tags come first, so that they are there however many the message had. */
  Broker.Append append(String reason, long now) {
    Map<String, String> tags = new LinkedHashMap<>();
    tags.put("dead.room", room.value());
    tags.put("dead.epoch", epoch.toString());
    tags.put("dead.offset", Long.toString(entry.offset()));
    tags.put("dead.reader", reader);
    tags.put("dead.deliveries", Integer.toString(deliveries));
    tags.put(
        "dead.reason",
        reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON));
    Message message = entry.message();
    for (Map.Entry<String, String> tag : message.tags().entrySet()) {
      if (tags.size() < MOST_TAGS) {
        tags.putIfAbsent(tag.getKey(), tag.getValue());
      }
    }
    Draft draft =
        new Draft(
            message.event(),
            message.payload(),
            tags,
            message.key(),
            message.priority(),
            0,
            true,
            null);
    // The same whenever it is given up by that reader: what was in doubt may be there twice.
    String id = "dead:" + room + ":" + epoch + ":" + entry.offset() + ":" + reader;
    return new Broker.Append(draft, id, message.sender(), now);
  }
}
