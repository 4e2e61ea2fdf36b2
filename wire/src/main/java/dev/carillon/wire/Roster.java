package dev.carillon.wire;

import java.util.List;

/**
 * Who is in a room.
 *
 * @param members the members; empty in a room that only counts
 * @param count how many there are
 */
public record Roster(List<Member> members, long count) {
  public Roster {
    members = List.copyOf(members);
    Check.number("count", count);
  }

  /** All of them. */
  public Roster(List<Member> members) {
    this(members, members.size());
  }
}
