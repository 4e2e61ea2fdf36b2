package dev.carillon.broker.sqlite;

import dev.carillon.broker.memory.MemoryBroker;
import dev.carillon.core.Policies;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.DividedBroker;
import dev.carillon.testkit.BrokerContract;
import dev.carillon.testkit.FakeClock;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;

/**
 * Half of the contract's rooms are in memory and half in a store, as if every other one were
 * volatile, but with the policies that the contract gives them: all of it holds wherever a room is.
 */
class DividedBrokerContractTests extends BrokerContract {
  @TempDir Path directory;

  @Override
  protected Broker open(Policies policies, FakeClock clock) {
    return new DividedBroker(
        room -> room.hashCode() % 2 == 0 ? RoomPolicy.DEFAULT : DividedBrokerTests.VOLATILE,
        new MemoryBroker(policies, clock, new SplittableRandom(2)),
        SqliteBroker.open(SqliteSettings.in(directory), policies, clock, new SplittableRandom(1)));
  }
}
