/** The real core on a virtual clock, network and broker, from a seed. */
@org.jspecify.annotations.NullMarked
module dev.carillon.simulator {
  requires transitive dev.carillon.core;
  requires dev.carillon.broker.memory;
  requires static org.jspecify;

  exports dev.carillon.simulator;
}
