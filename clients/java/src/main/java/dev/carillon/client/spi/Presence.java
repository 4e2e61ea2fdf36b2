package dev.carillon.client.spi;

import dev.carillon.client.RoomEvent;
import dev.carillon.client.RoomEvent.PresenceChanged;
import dev.carillon.wire.Member;
import dev.carillon.wire.PresenceEvent;
import dev.carillon.wire.Range;
import dev.carillon.wire.Roster;
import dev.carillon.wire.ServerMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Who is in one room, kept up to date. */
final class Presence {
  private final String room;
  private final Announced skipped = new Announced();
  private Map<String, Member> members = new LinkedHashMap<>();
  private long count;
  private boolean listed;

  /** The last change that is contained; absent as long as nothing said it. */
  private @Nullable Long last;

  Presence(String room) {
    this.room = room;
  }

  List<Member> members() {
    return List.copyOf(members.values());
  }

  long count() {
    return count;
  }

  /** The whole list. What differs from the one before is told as changes. */
  List<RoomEvent> listed(Roster roster) {
    Map<String, Member> before = members;
    long counted = count;
    members = new LinkedHashMap<>();
    for (Member member : roster.members()) {
      members.put(member.session(), member);
    }
    count = roster.count();
    last = roster.offset();
    skipped.clear();
    List<RoomEvent> changes = listed ? differences(before, counted) : List.of();
    listed = true;
    return changes;
  }

  private List<RoomEvent> differences(Map<String, Member> before, long counted) {
    List<RoomEvent> changes = new ArrayList<>();
    before.forEach(
        (session, member) -> {
          if (!members.containsKey(session)) {
            changes.add(change(PresenceEvent.LEAVE, member));
          }
        });
    members.forEach(
        (session, member) -> {
          Member known = before.get(session);
          if (known == null) {
            changes.add(change(PresenceEvent.JOIN, member));
          } else if (!Objects.equals(known.state(), member.state())) {
            changes.add(change(PresenceEvent.STATE, member));
          }
        });
    if (before.isEmpty() && members.isEmpty() && counted != count) {
      changes.add(change(PresenceEvent.COUNT, null));
    }
    return changes;
  }

  /** Changes that will not come. */
  void skip(List<Range> ranges) {
    skipped.add(ranges);
  }

  /** Whether a change shows that one before it is missing; then the list has to be read again. */
  boolean missesSomethingBefore(ServerMessage.Presence change) {
    pass();
    return last != null && change.offset() > last + 1;
  }

  /** Takes one change; null when it is in the list already. */
  @Nullable RoomEvent changed(ServerMessage.Presence change) {
    pass();
    if (last != null && change.offset() <= last) {
      return null;
    }
    last = change.offset();
    PresenceEvent event = change.event();
    Member member = change.member();
    if (member != null) {
      // A list may show what is told after it.
      Member known = members.get(member.session());
      if (event == PresenceEvent.JOIN && known != null) {
        if (member.equals(known)) {
          return null;
        }
        event = PresenceEvent.STATE;
      } else if (event != PresenceEvent.JOIN && known == null) {
        return null;
      }
      member = apply(event, member);
      count = members.size();
    }
    if (change.count() != null) {
      count = change.count();
      members.clear(); // the room only counts by now
    }
    return change(event, member);
  }

  private Member apply(PresenceEvent event, Member member) {
    Member known = members.get(member.session());
    if (event == PresenceEvent.LEAVE) {
      members.remove(member.session());
      return known == null ? member : known;
    }
    Member now = member;
    if (event == PresenceEvent.STATE && known != null && member.user() == null) {
      now = new Member(member.session(), known.user(), member.state());
    }
    members.put(member.session(), now);
    return now;
  }

  private void pass() {
    if (last != null) {
      last = skipped.pass(last + 1) - 1;
    }
  }

  private PresenceChanged change(PresenceEvent event, @Nullable Member member) {
    return new PresenceChanged(room, event, member, count);
  }
}
