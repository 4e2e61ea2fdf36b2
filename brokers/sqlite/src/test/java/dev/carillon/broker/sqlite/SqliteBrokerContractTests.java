package dev.carillon.broker.sqlite;

import dev.carillon.core.Policies;
import dev.carillon.core.spi.Broker;
import dev.carillon.testkit.BrokerContract;
import dev.carillon.testkit.FakeClock;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;

class SqliteBrokerContractTests extends BrokerContract {
  @TempDir Path directory;

  @Override
  protected Broker open(Policies policies, FakeClock clock) {
    return SqliteBroker.open(
        SqliteSettings.in(directory), policies, clock, new SplittableRandom(1));
  }
}
