package dev.carillon.websocket;

import java.nio.charset.StandardCharsets;

/** What a receiver was told, kept beyond the call. */
sealed interface Event {
  record Text(String text) implements Event {}

  record Binary(String hex) implements Event {}

  record Part(boolean text, String hex, boolean first, boolean last) implements Event {}

  record Ping(String hex) implements Event {}

  record Pong(String hex) implements Event {}

  record Closed(int code, String reason) implements Event {}

  static Event of(Incoming incoming) {
    return switch (incoming) {
      case Incoming.Text(var text) -> new Text(text.toString());
      case Incoming.Binary(var payload) -> new Binary(Hex.of(payload));
      case Incoming.Part(var text, var payload, var first, var last) ->
          new Part(text, Hex.of(payload), first, last);
      case Incoming.Ping(var payload) -> new Ping(Hex.of(payload));
      case Incoming.Pong(var payload) -> new Pong(Hex.of(payload));
      case Incoming.Closed(var code, var reason) -> new Closed(code.value(), reason);
    };
  }

  static Event text(String text) {
    return new Text(text);
  }

  static Event binary(String hex) {
    return new Binary(hex);
  }

  static Event ping(String text) {
    return new Ping(Hex.of(text.getBytes(StandardCharsets.UTF_8)));
  }

  static Event pong(String text) {
    return new Pong(Hex.of(text.getBytes(StandardCharsets.UTF_8)));
  }

  static Event closed(int code, String reason) {
    return new Closed(code, reason);
  }

  static Event broke(Rule rule) {
    var code = java.util.Objects.requireNonNull(rule.closeCode());
    return new Closed(code.value(), rule.words());
  }
}
