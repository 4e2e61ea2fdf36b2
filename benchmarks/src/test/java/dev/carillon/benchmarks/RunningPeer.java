package dev.carillon.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A peer's process, on a core of its own. */
final class RunningPeer implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  final Peer peer;
  private final int port;
  private final Process process;
  private final Duration start;

  /**
   * Starts it, and waits for its first message.
   *
   * @param core that it is bound to; negative for none
   */
  RunningPeer(Path root, Peer peer, Peer.Ability wanted, int core)
      throws IOException, InterruptedException {
    this.peer = peer;
    this.port = freePort();
    var command = new ArrayList<String>();
    // Said in either case, as it would be inherited from the generator.
    command.addAll(List.of("taskset", "-c", core >= 0 ? "" + core : "0-" + lastCore()));
    command.addAll(peer.command(root, port, wanted));
    Path log =
        root.resolve(
            "benchmarks/target/" + peer.name().toLowerCase(java.util.Locale.ROOT) + ".log");
    long began = System.nanoTime();
    process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    String path = wanted == Peer.Ability.ECHO ? "/" : "/rooms/start";
    while (!answers(path)) {
      if (!process.isAlive() || System.nanoTime() - began > LIMIT.toNanos()) {
        process.destroyForcibly();
        throw new IOException(peer.title + " did not start; see " + log);
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
    start = Duration.ofNanos(System.nanoTime() - began);
  }

  private static long lastCore() throws IOException {
    return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("processor"))
            .count()
        - 1;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /**
   * Whether a message comes back; for a server with steps of its own before that, its handshake.
   */
  private boolean answers(String path) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
      socket.setSoTimeout(5000);
      String request =
          "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  .formatted(path, port)
              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      int ends = 0;
      for (int next = in.read(); ends < 4; next = in.read()) {
        if (next < 0) {
          return false;
        }
        ends = next == '\r' || next == '\n' ? ends + 1 : 0;
        if (ends == 4) {
          break;
        }
      }
      if (peer == Peer.CENTRIFUGE) {
        return true;
      }
      socket.getOutputStream().write(new byte[] {(byte) 0x81, (byte) 0x81, 1, 1, 1, 1, 'h' ^ 1});
      return in.read() == 0x81 && in.read() == 1 && in.read() == 'h';
    } catch (IOException notYet) {
      return false;
    }
  }

  String address(String path) {
    return "ws://127.0.0.1:" + port + path;
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** From the command to the first message. */
  Duration start() {
    return start;
  }

  /** Bytes of memory that are its own and in use. */
  long residentBytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", "" + process.pid(), "status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new IOException("no VmRSS for " + peer.title);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
