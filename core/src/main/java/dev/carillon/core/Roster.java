package dev.carillon.core;

import java.util.List;

/**
 * Who is in a room at one moment.
 *
 * @param members whom it may be told of, at most as many as one answer holds; empty in a room that
 *     only counts
 * @param count how many there are in all
 * @param offset the last change in the room's {@linkplain RoomName#presence() companion} that is
 *     contained; later ones may be contained as well
 */
public record Roster(List<Member> members, int count, long offset) {
  public Roster {
    members = List.copyOf(members);
  }
}
