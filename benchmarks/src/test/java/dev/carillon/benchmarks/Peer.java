package dev.carillon.benchmarks;

import dev.carillon.load.Dialect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A server that is measured: how it is started, and what it can do. */
enum Peer {
  CARILLON("Carillon", Set.of(Ability.ECHO, Ability.ROOMS, Ability.DEFLATE)),
  BUN("Bun", Set.of(Ability.ECHO, Ability.ROOMS, Ability.DEFLATE)),
  WS("ws (node)", Set.of(Ability.ECHO, Ability.ROOMS, Ability.DEFLATE)),
  GWS("gws (Go)", Set.of(Ability.ECHO, Ability.ROOMS, Ability.DEFLATE)),
  CENTRIFUGE("centrifuge (Go)", Set.of(Ability.ROOMS)),
  NETTY("Netty's handlers", Set.of(Ability.ECHO, Ability.ROOMS, Ability.DEFLATE)),
  JETTY("Jetty", Set.of(Ability.ECHO, Ability.ROOMS));

  /** What a server can be asked to do. */
  enum Ability {
    ECHO,
    ROOMS,
    DEFLATE
  }

  final String title;
  private final Set<Ability> abilities;

  Peer(String title, Set<Ability> abilities) {
    this.title = title;
    this.abilities = abilities;
  }

  boolean can(Ability ability) {
    return abilities.contains(ability);
  }

  Dialect dialect() {
    return this == CENTRIFUGE ? Dialect.CENTRIFUGE : Dialect.PLAIN;
  }

  /** The path of a room. */
  String rooms() {
    return this == CENTRIFUGE ? "/" : "/rooms/{room}";
  }

  List<String> command(Path root, int port, Ability wanted) {
    String at = String.valueOf(port);
    Path peers = root.resolve("benchmarks/peers");
    Path built = root.resolve("benchmarks/target/peers");
    var command =
        new ArrayList<String>(
            switch (this) {
              case CARILLON ->
                  List.of(
                      root.resolve("carillon").toString(),
                      wanted == Ability.ECHO ? "echo" : "serve",
                      "--port",
                      at);
              case BUN ->
                  List.of(
                      peers.resolve("node_modules/.bin/bun").toString(),
                      peers.resolve("bun.js").toString(),
                      at);
              case WS -> List.of("node", peers.resolve("ws.js").toString(), at);
              case GWS -> List.of(built.resolve("gws").toString(), at);
              case CENTRIFUGE -> List.of(built.resolve("centrifuge").toString(), at);
              case NETTY -> java(NettyPeer.class, at);
              case JETTY -> java(JettyPeer.class, at);
            });
    if (wanted == Ability.DEFLATE && this != CARILLON) {
      command.add("deflate");
    }
    return command;
  }

  /** With the flags that Carillon's own launcher gives the JVM. */
  private static List<String> java(Class<?> main, String port) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin/java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-XX:+UseCompactObjectHeaders",
        "-XX:+UseSerialGC",
        "-Xms32m",
        "-XX:NewSize=8m",
        "-XX:MaxNewSize=64m",
        "-cp",
        System.getProperty("java.class.path"),
        main.getName(),
        port);
  }

  /** Whether {@code benchmarks/peers/install} has installed it. */
  boolean isInstalled(Path root) {
    String program = command(root, 0, Ability.ROOMS).getFirst();
    return program.indexOf('/') < 0 || Files.isExecutable(Path.of(program));
  }
}
