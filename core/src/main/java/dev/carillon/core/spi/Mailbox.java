package dev.carillon.core.spi;

/**
 * The way into a shard from other threads. Safe for use by many threads.
 *
 * <p>Tasks run on the shard's own thread, one at a time, those of one poster in the order in which
 * they were posted, and never inside {@link #post} itself.
 */
@FunctionalInterface
public interface Mailbox {
  /** Has the task run soon, after what the shard is doing now. */
  void post(Runnable task);

  /**
   * Has the task run after what has come in over sockets meanwhile was looked at: for whoever has
   * more to do than a loop should do at once. Called on the shard's own thread. Where there are no
   * sockets it is {@link #post}.
   */
  default void postBehindInput(Runnable task) {
    post(task);
  }
}
