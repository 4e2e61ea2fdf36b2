package dev.carillon.core.spi;

import dev.carillon.core.Policies;
import java.time.InstantSource;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Makes brokers of one kind. Found by {@link java.util.ServiceLoader}. */
public interface BrokerProvider {
  /** The word that chooses it in the configuration: {@code memory}, {@code sqlite}, ... */
  String name();

  /**
   * Opens a broker.
   *
   * @param settings the broker's own section of the configuration, keys in snake case
   * @throws IllegalArgumentException if a setting is wrong: which, its value, what is allowed
   * @throws java.io.UncheckedIOException if what it keeps cannot be opened: what to do about it
   */
  Broker open(
      Map<String, String> settings, Policies policies, InstantSource clock, RandomGenerator random);
}
