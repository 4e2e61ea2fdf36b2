package dev.carillon.server;

import java.util.Locale;

/** Says why a server could not listen, and what to do about it. */
final class StartAdvice {
  private StartAdvice() {}

  static String of(Configuration configuration, RuntimeException refused) {
    String words = String.valueOf(refused.getMessage());
    String known = words.toLowerCase(Locale.ROOT);
    int port = configuration.listen().port();
    if (known.contains("address already in use") || known.contains("in use")) {
      return words + ". Something listens there already: end it, or take another port with --port";
    }
    if (known.contains("permission denied")) {
      return words + ". Ports below 1024 need a right: take another one with --port, not " + port;
    }
    if (known.contains("cannot assign") || known.contains("unresolved")) {
      return words + ". This machine has no such address: check --host";
    }
    return words;
  }
}
