/** Room logs in this process's memory: the default of a single node. */
@org.jspecify.annotations.NullMarked
module dev.carillon.broker.memory {
  requires transitive dev.carillon.core;
  requires static org.jspecify;

  exports dev.carillon.broker.memory;

  provides dev.carillon.core.spi.BrokerProvider with
      dev.carillon.broker.memory.MemoryBrokerProvider;
}
