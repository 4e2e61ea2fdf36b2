/**
 * One connection put together without I/O: handshake, engine, protocol, control lane and the offers
 * of a shard. Driven by a transport or by a simulator.
 */
@org.jspecify.annotations.NullMarked
module dev.carillon.connection {
  requires static org.jspecify;
  requires transitive dev.carillon.core;
  requires transitive dev.carillon.websocket;

  exports dev.carillon.connection;
}
