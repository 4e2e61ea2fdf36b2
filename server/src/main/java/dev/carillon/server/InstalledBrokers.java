package dev.carillon.server;

import dev.carillon.core.Policies;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.BrokerProvider;
import dev.carillon.core.spi.DividedBroker;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.random.RandomGenerator;

/** The kinds of brokers that are installed, to open what a configuration wants. Immutable. */
final class InstalledBrokers {
  private final List<BrokerProvider> installed =
      ServiceLoader.load(BrokerProvider.class).stream().map(ServiceLoader.Provider::get).toList();

  /**
   * Opens where rooms live: the broker that is wanted and, beside any but the one in memory, that
   * one for volatile rooms where there are any, so that they do not wait for a store.
   *
   * @param random safe for use by many threads
   * @throws StartException if a broker is not installed or cannot be opened
   */
  Broker open(
      Configuration configuration, Policies policies, InstantSource clock, RandomGenerator random) {
    BrokerSettings wanted = configuration.broker();
    BrokerProvider provider = find("broker.name is", wanted.name());
    BrokerSettings memory = BrokerSettings.DEFAULT;
    if (wanted.name().equals(memory.name()) || !hasVolatileRooms(configuration)) {
      return open(provider, wanted.settings(), policies, clock, random);
    }
    BrokerProvider beside = find("rooms whose delivery is volatile live in", memory.name());
    Broker local = open(beside, memory.settings(), policies, clock, random);
    return new DividedBroker(
        policies, local, open(provider, wanted.settings(), policies, clock, random));
  }

  private static boolean hasVolatileRooms(Configuration configuration) {
    return configuration.rooms().values().stream()
        .anyMatch(rules -> rules.delivery() == RoomPolicy.Delivery.VOLATILE);
  }

  private BrokerProvider find(String why, String name) {
    return installed.stream()
        .filter(provider -> provider.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new StartException(
                    "%s '%s', but installed are: %s"
                        .formatted(
                            why, name, installed.stream().map(BrokerProvider::name).toList())));
  }

  private static Broker open(
      BrokerProvider provider,
      Map<String, String> settings,
      Policies policies,
      InstantSource clock,
      RandomGenerator random) {
    try {
      return provider.open(settings, policies, clock, random);
    } catch (IllegalArgumentException wrong) {
      throw new StartException("broker.settings: " + wrong.getMessage(), wrong);
    } catch (UncheckedIOException refused) {
      throw new StartException(String.valueOf(refused.getMessage()), refused);
    }
  }
}
