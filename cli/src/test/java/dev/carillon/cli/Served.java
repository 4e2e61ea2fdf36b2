package dev.carillon.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A server in a process of its own, as {@code carillon serve} runs it. */
final class Served implements AutoCloseable {
  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final int port;

  private Served(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts one with a configuration file's text and options for its Java. */
  static Served start(Path folder, String configuration, String... jvm) throws IOException {
    Path file = Files.writeString(folder.resolve("carillon.yaml"), configuration);
    return listening(launch(List.of(jvm), "--port", "0", "--config", file.toString()));
  }

  /** Begins to start one, as {@code serve} does with these options. */
  static Process launch(List<String> jvm, String... options) throws IOException {
    return launch(Map.of(), ProcessBuilder.Redirect.INHERIT, jvm, options);
  }

  /** The same, with variables in its environment, and somewhere to put what it has to complain. */
  static Process launch(
      Map<String, String> environment,
      ProcessBuilder.Redirect errors,
      List<String> jvm,
      String... options)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED"));
    command.addAll(jvm);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("serve", "--json"));
    command.addAll(List.of(options));
    var builder = new ProcessBuilder(command).redirectError(errors);
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Waits until it listens. */
  static Served listening(Process process) throws IOException {
    BufferedReader out = process.inputReader();
    String report = String.valueOf(out.readLine());
    int begin = report.indexOf("ws://");
    if (begin < 0) {
      process.destroyForcibly();
      throw new IOException("the server did not start: " + report);
    }
    return new Served(
        process, URI.create(report.substring(begin, report.indexOf('"', begin))).getPort());
  }

  int port() {
    return port;
  }

  /** The server's memory that is in RAM, in MiB. */
  long residentMib() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", process.pid() + "", "status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10;
      }
    }
    throw new IOException("no VmRSS");
  }

  /** The status and the body of an address. */
  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** A figure of {@code /metrics}, by its name with labels. */
  double metric(String name) throws IOException, InterruptedException {
    String text = get("/metrics").body();
    return text.lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no metric " + name + " in " + text));
  }

  /** In good order: SIGTERM. */
  void end() throws InterruptedException {
    process.destroy();
    process.waitFor();
  }

  /** Stops it where it is, as a machine that is snapshotted: SIGSTOP. */
  void pause() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-STOP", Long.toString(process.pid())).start().waitFor();
  }

  /** Without a word to anybody. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Waits, unless it ends before. */
  void goOn(long millis) throws InterruptedException {
    process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() {
    http.close();
    process.destroyForcibly();
  }
}
