package dev.carillon.core.spi;

import dev.carillon.core.RoomName;

/** What an identity may do, asked at every use. Safe for use by many threads and quick. */
public interface Permissions {
  /** Everything that a policy allows. */
  Permissions ALL =
      new Permissions() {
        @Override
        public boolean mayJoin(RoomName room) {
          return true;
        }

        @Override
        public boolean mayPublish(RoomName room) {
          return true;
        }
      };

  /** Whether it may join the room, and so read its messages, history and members. */
  boolean mayJoin(RoomName room);

  /** Whether it may publish to the room. */
  boolean mayPublish(RoomName room);
}
