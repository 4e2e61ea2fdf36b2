package dev.carillon.client;

import dev.carillon.server.BrokerSettings;
import dev.carillon.server.Carillon;
import dev.carillon.server.Server;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A real server in a process of its own, so that it can be killed. */
final class ServedProcess implements AutoCloseable {
  private final Process process;
  private final int port;

  private ServedProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts one that keeps rooms in a directory, and waits until it listens. */
  static ServedProcess start(int port, Path directory) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ServedProcess.class.getName(),
                Integer.toString(port),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    var lines = process.inputReader();
    String line = lines.readLine();
    while (line != null && !line.startsWith("listens on ")) {
      line = lines.readLine();
    }
    if (line == null) {
      throw new IOException("the server ended with " + process.onExit().join().exitValue());
    }
    return new ServedProcess(process, Integer.parseInt(line.substring("listens on ".length())));
  }

  int port() {
    return port;
  }

  /** Without a word to anybody. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
  }

  public static void main(String[] arguments) {
    BrokerSettings broker = new BrokerSettings("sqlite", Map.of("directory", arguments[1]));
    try (Server server =
        Carillon.server()
            .with(configuration -> configuration.withBroker(broker))
            .listen(Integer.parseInt(arguments[0]))) {
      System.out.println("listens on " + server.port());
      server.awaitClosed();
    }
  }
}
