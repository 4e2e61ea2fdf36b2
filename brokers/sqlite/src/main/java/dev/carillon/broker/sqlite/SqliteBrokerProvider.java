package dev.carillon.broker.sqlite;

import dev.carillon.core.Policies;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.BrokerProvider;
import java.time.InstantSource;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Opens {@link SqliteBroker}s for the name {@code sqlite}; {@code directory} must be set. */
public final class SqliteBrokerProvider implements BrokerProvider {
  /** Called by the service loader. */
  public SqliteBrokerProvider() {}

  @Override
  public String name() {
    return "sqlite";
  }

  @Override
  public Broker open(
      Map<String, String> settings,
      Policies policies,
      InstantSource clock,
      RandomGenerator random) {
    return SqliteBroker.open(SqliteSettings.parse(settings), policies, clock, random);
  }
}
