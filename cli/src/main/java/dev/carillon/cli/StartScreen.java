package dev.carillon.cli;

import dev.carillon.server.AuthMode;
import dev.carillon.server.Configuration;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What {@code serve} prints once it listens: where to go, and what is off by default. */
final class StartScreen {
  private final Configuration configuration;
  private final int port;

  StartScreen(Configuration configuration, int port) {
    this.configuration = configuration;
    this.port = port;
  }

  /** The address that clients connect to. */
  String socketAddress() {
    Path unix = configuration.listen().unix();
    return unix == null ? base(configuration.tls() == null ? "ws" : "wss") : "unix:" + unix;
  }

  private String base(String scheme) {
    String host = configuration.listen().host();
    String shown =
        switch (host) {
          case "127.0.0.1", "::1", "0.0.0.0", "::" -> "localhost";
          default -> host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        };
    return scheme + "://" + shown + ":" + port;
  }

  String text() {
    var lines = new ArrayList<String>();
    lines.add("Carillon %s is ready%s".formatted(Version.NUMBER, after()));
    lines.add("");
    if (configuration.listen().unix() == null) {
      addresses(lines);
    } else {
      lines.add("  listening on the Unix socket " + configuration.listen().unix());
    }
    lines.add("");
    lines.add("  Off by default: " + String.join("; ", off()) + ".");
    lines.add("  Control-C ends it.");
    return String.join(System.lineSeparator(), lines);
  }

  private void addresses(List<String> lines) {
    String ws = socketAddress();
    String http = base(configuration.tls() == null ? "http" : "https");
    if (configuration.listen().page()) {
      lines.add("  a chat to try      " + http + "/   (open it in two tabs)");
    }
    boolean locked = configuration.auth().mode() == AuthMode.JWT;
    String token = locked ? "   (with $CARILLON_TOKEN, from ./carillon token)" : "";
    lines.add("  a terminal         ./carillon connect " + ws + " chat/lobby" + token);
    lines.add("  any WebSocket      " + ws + "/rooms/chat/lobby");
    lines.add(
        "  client libraries   %s%s   (carillon.v1.json)"
            .formatted(ws, configuration.listen().paths().getFirst()));
    lines.add("  operators          " + http + "/health/ready   " + http + "/metrics");
  }

  private List<String> off() {
    var off = new ArrayList<String>();
    if (configuration.listen().equals(configuration.listen().withHost("127.0.0.1"))) {
      off.add("other machines cannot connect (--host)");
    }
    switch (configuration.auth().mode()) {
      case ANONYMOUS -> off.add("users have no names (--jwt-key, or --auth trusting to try)");
      case TRUSTING -> off.add("users are believed without proof (--jwt-key)");
      case JWT -> {}
    }
    if (configuration.tls() == null) {
      off.add("no TLS (tls: in --config)");
    }
    if (configuration.broker().name().equals("memory")) {
      off.add("rooms are kept in memory only");
    }
    return off;
  }

  /** How long the process took to get here. */
  private static String after() {
    return ProcessHandle.current()
        .info()
        .startInstant()
        .map(start -> Duration.between(start, Instant.now()).toMillis())
        .filter(millis -> millis >= 0 && millis < 60_000)
        .map(millis -> " after %.2f s".formatted(millis / 1000.0))
        .orElse("");
  }
}
