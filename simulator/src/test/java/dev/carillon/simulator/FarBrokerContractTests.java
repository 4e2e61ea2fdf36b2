package dev.carillon.simulator;

import dev.carillon.core.Policies;
import dev.carillon.core.spi.Broker;
import dev.carillon.testkit.BrokerContract;
import dev.carillon.testkit.FakeClock;

/** The simulator's broker far away keeps what real ones keep. */
class FarBrokerContractTests extends BrokerContract {
  @Override
  protected Broker open(Policies policies, FakeClock clock) {
    World world = new World(7);
    return new PumpedBroker(world, new FaultyBroker(world, policies, clock, 0, false));
  }
}
