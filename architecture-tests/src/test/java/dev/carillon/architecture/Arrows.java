package dev.carillon.architecture;

import static java.util.Map.entry;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which module may import which, by folder. What stands on the right may be imported, and so may
 * what that imports in its turn; anything else is forbidden.
 */
final class Arrows {
  private static final Map<String, Set<String>> DIRECT =
      Map.ofEntries(
          entry("websocket", Set.of()),
          entry("wire", Set.of()),
          entry("core", Set.of()),
          entry("connection", Set.of("websocket", "core")),
          entry("protocols/native", Set.of("core", "wire")),
          entry("protocols/plain", Set.of("core")),
          entry("brokers/memory", Set.of("core")),
          entry("brokers/sqlite", Set.of("core")),
          entry("filters-cel", Set.of("core")),
          entry("transport-netty", Set.of("connection")),
          entry("server", Set.of("transport-netty", "core")),
          entry("load", Set.of("websocket")),
          entry("clients/java", Set.of("websocket", "wire")),
          entry("testkit", Set.of("core")),
          entry(
              "simulator",
              Set.of(
                  "connection",
                  "clients/java",
                  "protocols/native",
                  "protocols/plain",
                  "brokers/memory",
                  "testkit")),
          entry(
              "cli",
              Set.of(
                  "server",
                  "clients/java",
                  "simulator",
                  "wire",
                  "load",
                  "protocols/native",
                  "protocols/plain",
                  "brokers/memory",
                  "brokers/sqlite")));

  private Arrows() {}

  static boolean knows(String folder) {
    return DIRECT.containsKey(folder);
  }

  /** Every module that the one in this folder may import. */
  static Set<String> from(String folder) {
    var reached = new HashSet<String>();
    collect(folder, reached);
    return reached;
  }

  private static void collect(String folder, Set<String> reached) {
    for (String next : DIRECT.getOrDefault(folder, Set.of())) {
      if (reached.add(next)) {
        collect(next, reached);
      }
    }
  }
}
