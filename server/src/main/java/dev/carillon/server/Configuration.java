package dev.carillon.server;

import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Catalog;
import dev.carillon.server.settings.Change;
import dev.carillon.server.settings.Layers;
import dev.carillon.server.settings.Reference;
import dev.carillon.server.settings.Setting;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be set about a server. Immutable; {@link #DEFAULT} is a server for one's own
 * machine, and every section says its own defaults.
 *
 * @param listen where and how connections are taken
 * @param tls the server's certificate, or null to speak without TLS
 * @param tcp what every connection is set to
 * @param limits what clients may make the server hold
 * @param heartbeat how silent clients are found
 * @param compression compression of messages
 * @param origins which web pages may connect
 * @param rooms rules of rooms by pattern, the first that matches counts
 * @param broker where room logs live
 * @param auth who is let in
 * @param api the HTTP API
 * @param session what outlives a client's connection
 * @param drain how the server ends
 * @param node what the server is called, and what it keeps of each room
 * @param logging what it says of itself
 */
public record Configuration(
    Listen listen,
    @Nullable Tls tls,
    Tcp tcp,
    Limits limits,
    Heartbeat heartbeat,
    Compression compression,
    @Setting(
            value =
                "Which web pages may connect, by their origin; others are answered 403. `same` is"
                    + " the server's own pages, `local` is every page from localhost, `*` is every"
                    + " page. Programs that send no Origin are let in.",
            allowed = "a list of same, local, *, https://example.org, https://*.example.org")
        List<String> origins,
    Map<String, RoomSettings> rooms,
    BrokerSettings broker,
    Auth auth,
    Api api,
    SessionSettings session,
    Drain drain,
    NodeShape node,
    Logging logging) {
  /** What an empty configuration means. */
  public static final Configuration DEFAULT =
      new Configuration(
          Listen.DEFAULT,
          null,
          Tcp.DEFAULT,
          Limits.DEFAULT,
          Heartbeat.DEFAULT,
          Compression.DEFAULT,
          List.of("same", "local"),
          Map.of(),
          BrokerSettings.DEFAULT,
          Auth.DEFAULT,
          Api.DEFAULT,
          SessionSettings.DEFAULT,
          Drain.DEFAULT,
          NodeShape.DEFAULT,
          Logging.DEFAULT);

  private static final Map<String, String> SHORT_NAMES =
      Map.of("CARILLON_PORT", "listen.port", "CARILLON_HOST", "listen.host");

  /** The variable that names the configuration file. */
  public static final String FILE_VARIABLE = "CARILLON_CONFIG";

  private static final Set<String> FOREIGN =
      Set.of(FILE_VARIABLE, "CARILLON_JAVA_HOME", "CARILLON_JAVA_OPTS", "CARILLON_TOKEN");

  private static final int MAX_FILE_BYTES = 4 << 20;

  /** Checks what concerns more than one section. */
  public Configuration {
    origins = List.copyOf(origins);
    for (String origin : origins) {
      String flaw = Origins.flaw(origin);
      BadSetting.require(flaw == null, "origins", "has '" + origin + "': " + flaw);
    }
    for (String pattern : rooms.keySet()) {
      String flaw = RoomPattern.flaw(pattern);
      BadSetting.require(flaw == null, "rooms", "has '" + pattern + "': " + flaw);
    }
    rooms = Collections.unmodifiableMap(new LinkedHashMap<>(rooms));
  }

  /**
   * One value from the command line.
   *
   * @param option what the user wrote, for messages: {@code --port}
   * @param path the setting: {@code listen.port}
   * @param value as it would stand in the file
   */
  public record Override(String option, String path, String value) {}

  /**
   * A configuration that was read.
   *
   * @param warnings what was ignored, a sentence each
   */
  public record Loaded(Configuration configuration, List<String> warnings) {}

  /**
   * Reads a configuration: the file, over that the environment, over that the options.
   *
   * @param file YAML, or null for none
   * @throws ConfigurationException when anything in it is wrong, with all that is
   */
  public static Loaded load(
      @Nullable Path file, Map<String, String> environment, List<Override> options) {
    return load(DEFAULT, file, environment, options);
  }

  /** As the other one, with other defaults for what is not said. */
  public static Loaded load(
      Configuration defaults,
      @Nullable Path file,
      Map<String, String> environment,
      List<Override> options) {
    var layers = new Layers<>(Configuration.class, defaults);
    if (file != null) {
      readFile(file, layers);
    }
    layers.environment(environment, SHORT_NAMES, FOREIGN);
    options.forEach(option -> layers.assign(option.option(), option.path(), option.value()));
    Layers.Bound<Configuration> bound = layers.bind();
    if (!bound.flaws().isEmpty()) {
      throw new ConfigurationException(bound.flaws().stream().map(Object::toString).toList());
    }
    return new Loaded(bound.value(), bound.warnings());
  }

  private static void readFile(Path file, Layers<Configuration> layers) {
    String name = file.toString();
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        layers.flaw(name, "is larger than 4 MiB, which no configuration is");
      } else {
        layers.yaml(name, Files.readString(file));
      }
    } catch (NoSuchFileException none) {
      layers.flaw(name, "there is no such file; name another one with --config");
    } catch (CharacterCodingException wrong) {
      layers.flaw(name, "is not UTF-8");
    } catch (IOException wrong) {
      layers.flaw(name, "cannot be read: " + wrong.getMessage());
    }
  }

  /** The reference page of all settings, in Markdown. */
  public static String reference() {
    return Reference.page(Catalog.of(Configuration.class, DEFAULT));
  }

  /** The same with another {@code listen}. */
  public Configuration withListen(Listen listen) {
    return Change.of(this, "listen", listen);
  }

  /** The same with another {@code tls}. */
  public Configuration withTls(@Nullable Tls tls) {
    return Change.of(this, "tls", tls);
  }

  /** The same with another {@code tcp}. */
  public Configuration withTcp(Tcp tcp) {
    return Change.of(this, "tcp", tcp);
  }

  /** The same with another {@code limits}. */
  public Configuration withLimits(Limits limits) {
    return Change.of(this, "limits", limits);
  }

  /** The same with another {@code heartbeat}. */
  public Configuration withHeartbeat(Heartbeat heartbeat) {
    return Change.of(this, "heartbeat", heartbeat);
  }

  /** The same with another {@code compression}. */
  public Configuration withCompression(Compression compression) {
    return Change.of(this, "compression", compression);
  }

  /** The same with another {@code origins}. */
  public Configuration withOrigins(List<String> origins) {
    return Change.of(this, "origins", origins);
  }

  /** The same with another {@code rooms}. */
  public Configuration withRooms(Map<String, RoomSettings> rooms) {
    return Change.of(this, "rooms", rooms);
  }

  /** The same with another {@code broker}. */
  public Configuration withBroker(BrokerSettings broker) {
    return Change.of(this, "broker", broker);
  }

  /** The same with another {@code auth}. */
  public Configuration withAuth(Auth auth) {
    return Change.of(this, "auth", auth);
  }

  /** The same with another {@code api}. */
  public Configuration withApi(Api api) {
    return Change.of(this, "api", api);
  }

  /** The same with another {@code session}. */
  public Configuration withSession(SessionSettings session) {
    return Change.of(this, "session", session);
  }

  /** The same with another {@code drain}. */
  public Configuration withDrain(Drain drain) {
    return Change.of(this, "drain", drain);
  }

  /** The same with another {@code node}. */
  public Configuration withNode(NodeShape node) {
    return Change.of(this, "node", node);
  }

  /** The same with another {@code logging}. */
  public Configuration withLogging(Logging logging) {
    return Change.of(this, "logging", logging);
  }
}
