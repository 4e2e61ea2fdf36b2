package dev.carillon.wire;

import java.util.Objects;

/** Who a publication is for. */
public sealed interface Target {
  /** Everyone in a room. */
  record Room(String room) implements Target {
    public Room {
      Objects.requireNonNull(room, "room");
    }
  }

  /** Every session of a user. */
  record User(String user) implements Target {
    public User {
      Objects.requireNonNull(user, "user");
    }
  }

  /** One session. */
  record Session(String session) implements Target {
    public Session {
      Objects.requireNonNull(session, "session");
    }
  }

  /** Everyone. */
  record Global() implements Target {}
}
