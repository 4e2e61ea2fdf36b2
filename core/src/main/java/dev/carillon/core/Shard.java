package dev.carillon.core;

import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.Outlet;
import dev.carillon.core.spi.Permissions;
import dev.carillon.core.spi.WireForm;

/**
 * One event loop's share of a node: its sessions, cursors and renditions, and its view of each room
 * with readers here. Confined to its loop, and so nothing in it is locked.
 */
public final class Shard {
  Shard() {}

  /**
   * Opens a session on a connection of this shard.
   *
   * @param conversation is told what happens in the session
   */
  public Session open(
      User user,
      Permissions permissions,
      WireForm form,
      Outlet outlet,
      Conversation conversation) {
    throw new IllegalStateException();
  }

  /** Has the task run on this shard's thread. Safe for use by many threads. */
  public void post(Runnable task) {
    throw new IllegalStateException();
  }

  /** Lets time pass: called about every 100 milliseconds by whoever drives the shard. */
  public void tick() {}
}
