package dev.carillon.server.token;

import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Permissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a token's {@code rooms} claim allows: <code>{"chat/*": ["join", "publish"], "news/**":
 * ["join"]}</code>. What no pattern allows is forbidden. Immutable, safe for use by many threads.
 */
public final class RoomRights implements Permissions {
  /** The claim's name. */
  public static final String CLAIM = "rooms";

  /** The right to read a room: its messages, history and members. */
  public static final String JOIN = "join";

  /** The right to publish to a room. */
  public static final String PUBLISH = "publish";

  private final List<RightsPattern> join;
  private final List<RightsPattern> publish;

  private RoomRights(List<RightsPattern> join, List<RightsPattern> publish) {
    this.join = List.copyOf(join);
    this.publish = List.copyOf(publish);
  }

  /**
   * Reads the claim.
   *
   * @param claim null when the token has none, which allows nothing
   * @throws IllegalArgumentException when it is not of this form: why
   */
  public static RoomRights of(@Nullable Object claim) {
    var join = new ArrayList<RightsPattern>();
    var publish = new ArrayList<RightsPattern>();
    if (claim != null) {
      if (!(claim instanceof Map<?, ?> rooms)) {
        throw new IllegalArgumentException("the claim 'rooms' is no object");
      }
      rooms.forEach((pattern, rights) -> read(String.valueOf(pattern), rights, join, publish));
    }
    return new RoomRights(join, publish);
  }

  private static void read(
      String text, @Nullable Object rights, List<RightsPattern> join, List<RightsPattern> publish) {
    RightsPattern pattern = RightsPattern.of(text);
    if (!(rights instanceof List<?> list)) {
      throw new IllegalArgumentException("the rights for a pattern in 'rooms' are no list");
    }
    // Rights of later versions are none of this one's.
    if (list.contains(JOIN)) {
      join.add(pattern);
    }
    if (list.contains(PUBLISH)) {
      publish.add(pattern);
    }
  }

  @Override
  public boolean mayJoin(RoomName room) {
    return any(join, room);
  }

  @Override
  public boolean mayPublish(RoomName room) {
    return any(publish, room);
  }

  private static boolean any(List<RightsPattern> patterns, RoomName room) {
    for (int i = 0; i < patterns.size(); i++) {
      if (patterns.get(i).matches(room.value())) {
        return true;
      }
    }
    return false;
  }
}
