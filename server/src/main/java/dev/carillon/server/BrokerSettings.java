package dev.carillon.server;

import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Change;
import dev.carillon.server.settings.Setting;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where room logs live.
 *
 * @param name the kind of broker: memory, or another one that is installed
 * @param settings a setting of that broker; see its own page
 */
public record BrokerSettings(
    @Setting("The kind of broker: memory, or another one that is installed.") String name,
    @Setting("A setting of that broker; see its own page.") Map<String, String> settings) {
  /** What an empty configuration means. */
  public static final BrokerSettings DEFAULT = new BrokerSettings("memory", Map.of());

  /** Checks the values. */
  public BrokerSettings {
    BadSetting.require(!name.isBlank(), "name", "is empty, must be the name of a broker");
    settings = Collections.unmodifiableMap(new TreeMap<>(settings));
  }

  /** The same with another {@code name}. */
  public BrokerSettings withName(String name) {
    return Change.of(this, "name", name);
  }

  /** The same with another {@code settings}. */
  public BrokerSettings withSettings(Map<String, String> settings) {
    return Change.of(this, "settings", settings);
  }
}
