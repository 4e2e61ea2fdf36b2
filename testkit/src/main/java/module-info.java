/**
 * What an implementation of a broker or a protocol is tested with: contracts to extend, and a node
 * without threads, sockets or a clock of its own to run them on.
 */
@org.jspecify.annotations.NullMarked
module dev.carillon.testkit {
  requires static org.jspecify;
  requires transitive dev.carillon.core;
  requires transitive org.assertj.core;
  requires transitive org.junit.jupiter.api;
  requires transitive org.junit.jupiter.params;

  uses dev.carillon.core.spi.BrokerProvider;

  exports dev.carillon.testkit;
}
