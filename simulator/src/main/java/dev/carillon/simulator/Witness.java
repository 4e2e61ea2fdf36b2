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
  private record Place(RoomName room, Position position) {}

  private record Identity(RoomName room, Epoch epoch, String id) {}

  private final World world;
  private final Map<Place, String> messages = new LinkedHashMap<>();
  private final Map<Identity, Position> places = new LinkedHashMap<>();
  private final List<String> violations = new ArrayList<>();
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

  void violated(String what) {
    violations.add("at " + world.millis() + ": " + what);
  }

  /** A reader was given a message. */
  void delivered(RoomName room, Epoch epoch, long offset, String id) {
    delivered++;
    stands(room, new Position(epoch, offset), id, "a reader");
  }

  /** A publisher was told where its message stands. */
  void acknowledged(RoomName room, Position position, String id) {
    acknowledged++;
    stands(room, position, id, "its publisher");
  }

  private void stands(RoomName room, Position position, String id, String toldTo) {
    String before = messages.putIfAbsent(new Place(room, position), id);
    if (before != null && !before.equals(id)) {
      violated(
          "2 position to bytes: %s %s is %s, told to %s as %s"
              .formatted(room, position, before, toldTo, id));
    }
    Position other = places.putIfAbsent(new Identity(room, position.epoch(), id), position);
    if (other != null && !other.equals(position)) {
      violated("5 once: %s stands in %s at %s and %s".formatted(id, room, other, position));
    }
  }
}
