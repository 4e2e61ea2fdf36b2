package dev.carillon.server;

import dev.carillon.core.Draft;
import dev.carillon.core.RoomName;
import java.util.List;

/**
 * One message of a request to publish.
 *
 * @param rooms where it goes, one or more
 * @param countReaders whether the answer says how many readers were attached
 * @param several whether its answer is a list, however many rooms there are
 */
record PublishOrder(List<RoomName> rooms, boolean several, boolean countReaders, Draft draft) {}
