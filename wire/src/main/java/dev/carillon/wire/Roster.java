package dev.carillon.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is in a room.
 *
 * @param members the members; empty in a room that only counts
 * @param count how many there are
 * @param offset the last of the room's presence changes that is contained, if that is told
 */
public record Roster(List<Member> members, long count, @Nullable Long offset) {
  public Roster {
    members = List.copyOf(members);
    Check.number("count", count);
    if (offset != null) {
      Check.number("offset", offset);
    }
  }

  /** Without saying how recent it is. */
  public Roster(List<Member> members, long count) {
    this(members, count, null);
  }

  /** All of them. */
  public Roster(List<Member> members) {
    this(members, members.size());
  }
}
