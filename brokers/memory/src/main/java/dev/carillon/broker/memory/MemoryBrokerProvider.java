package dev.carillon.broker.memory;

import dev.carillon.core.Policies;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.BrokerProvider;
import java.time.InstantSource;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Opens {@link MemoryBroker}s for the name {@code memory}. It has no settings. */
public final class MemoryBrokerProvider implements BrokerProvider {
  /** Called by the service loader. */
  public MemoryBrokerProvider() {}

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public Broker open(
      Map<String, String> settings,
      Policies policies,
      InstantSource clock,
      RandomGenerator random) {
    if (!settings.isEmpty()) {
      throw new IllegalArgumentException(
          "the memory broker has no settings, found " + settings.keySet());
    }
    return new MemoryBroker(policies, clock, random);
  }
}
