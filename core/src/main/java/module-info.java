/**
 * Rooms, logs, renditions, cursors, sessions, presence and delivery. Single-threaded shards that
 * get time, randomness, broker and sockets handed in, so that all of it runs under a simulator.
 */
@org.jspecify.annotations.NullMarked
module dev.carillon.core {
  requires static org.jspecify;

  exports dev.carillon.core;
  exports dev.carillon.core.spi;
}
