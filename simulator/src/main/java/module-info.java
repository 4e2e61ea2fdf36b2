/** The real core on a virtual clock, network and broker, from a seed. */
@org.jspecify.annotations.NullMarked
module dev.carillon.simulator {
  requires transitive dev.carillon.core;
  requires dev.carillon.broker.memory;
  requires dev.carillon.client;
  requires dev.carillon.connection;
  requires dev.carillon.protocol.carillon;
  requires dev.carillon.websocket;
  requires dev.carillon.wire;
  requires static org.jspecify;

  exports dev.carillon.simulator;
}
