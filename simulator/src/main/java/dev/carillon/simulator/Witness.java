package dev.carillon.simulator;

import dev.carillon.core.Epoch;
import dev.carillon.core.Position;
import dev.carillon.core.RoomName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What everybody saw, held against each other. A violation names the invariant it breaks. */
final class Witness {
  private record Place(String room, String epoch, long offset) {}

  private record Identity(String room, String epoch, String id) {}

  private record Log(String room, String epoch) {}

  private final World world;
  private final Map<Place, String> messages = new LinkedHashMap<>();
  private final Map<Identity, Place> places = new LinkedHashMap<>();
  private final Map<Log, Long> lastAcknowledged = new LinkedHashMap<>();
  private final List<String> violations = new ArrayList<>();
  private String goesOn = "";
  private boolean strict;
  private long delivered;
  private long acknowledged;
  private long answered;

  Witness(World world) {
    this.world = world;
  }

  List<String> violations() {
    return violations;
  }

  long delivered() {
    return delivered;
  }

  long acknowledged() {
    return acknowledged;
  }

  /** A call was answered by whom it was meant for. */
  void answered() {
    answered++;
  }

  long answeredCount() {
    return answered;
  }

  /** Nothing fails in this run, so that counts have to be exact. */
  void beStrict() {
    strict = true;
  }

  boolean strict() {
    return strict;
  }

  /** Nothing of this room may stop with the broker. */
  void goesOn(String room) {
    goesOn = room;
  }

  /** Somebody was told that something of a room cannot be now, for want of the broker. */
  void stands(String room, String who) {
    if (room.equals(goesOn)) {
      violated("18 " + who + " is told that " + room + " stands still, and it is volatile");
    }
  }

  void violated(String what) {
    violations.add("at " + world.millis() + ": " + what);
  }

  /** A reader was given a message. */
  void delivered(RoomName room, Epoch epoch, long offset, String id) {
    delivered(room.toString(), epoch.toString(), offset, id);
  }

  /** A reader was given a message. */
  void delivered(String room, String epoch, long offset, String id) {
    delivered++;
    stands(new Place(room, epoch, offset), id, "a reader");
  }

  /** A publisher was told where its message stands. */
  void acknowledged(RoomName room, Position position, String id) {
    acknowledged(room.toString(), position.epoch().toString(), position.offset(), id);
  }

  /** A publisher was told where its message stands. */
  void acknowledged(String room, String epoch, long offset, String id) {
    acknowledged++;
    stands(new Place(room, epoch, offset), id, "its publisher");
    lastAcknowledged.merge(new Log(room, epoch), offset, Math::max);
  }

  /** The last offset of a room's epoch that a publisher was told, 0 for none. */
  long lastAcknowledged(String room, String epoch) {
    return lastAcknowledged.getOrDefault(new Log(room, epoch), 0L);
  }

  private void stands(Place place, String id, String toldTo) {
    String before = messages.putIfAbsent(place, id);
    if (before != null && !before.equals(id)) {
      violated(
          "2 position to bytes: %s is %s, told to %s as %s".formatted(place, before, toldTo, id));
    }
    Place other = places.putIfAbsent(new Identity(place.room(), place.epoch(), id), place);
    if (other != null && !other.equals(place)) {
      violated("5 once: %s stands at %s and %s".formatted(id, other, place));
    }
  }
}
