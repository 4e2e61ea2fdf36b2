package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.transport.ClientOptions;
import dev.carillon.transport.EventLoops;
import dev.carillon.transport.LoopOptions;
import dev.carillon.transport.WebSocketClient;
import dev.carillon.websocket.ClientTerms;
import dev.carillon.websocket.HttpFields;
import dev.carillon.wire.JsonCodec;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A heap of 256 MiB, and thousands of readers that never read. */
class SmallHeapTests {
  private static final int STALLED = 3000;
  private static final int SERVED = 40;
  private static final int MESSAGES = 1200;
  private static final String BODY = "x".repeat(1500);
  private static final String CONFIGURATION =
      """
      tcp: {send_buffer: 16 KiB}
      limits: {stall_timeout: 10m}
      heartbeat: {interval: 10m}
      rooms:
        feed:
          presence: off
          retention: {count: 10000, size: 32 MiB}
          slow_readers: {max_behind: 1 GiB, max_age: 10m}
      """;

  @TempDir Path folder;

  @Test
  @Timeout(180)
  void readersThatNeverReadCostTheOthersNothingAndTheServerLittle() throws Exception {
    List<SocketChannel> stalled = new ArrayList<>();
    try (Served server = Served.start(folder, CONFIGURATION, "-Xmx256m", "-XX:+UseSerialGC");
        EventLoops loops = EventLoops.start(new LoopOptions(1, true, 6), InstantSource.system())) {
      List<StreamReader> readers = serve(server, loops);
      for (int i = 0; i < STALLED; i++) {
        stalled.add(neverReading(server.port()));
      }
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> server.metric("carillon_sessions") == STALLED + SERVED);

      StreamReader publisher = readers.getFirst();
      for (int message = 0; message < MESSAGES; message++) {
        publisher.publish(message + BODY, null, "red", true);
        long published = message + 1;
        if (published % 50 == 0) { // everybody who reads keeps up
          await()
              .atMost(Duration.ofSeconds(30))
              .until(() -> readers.stream().allMatch(r -> r.expected > published));
        }
      }
      assertThat(readers)
          .allMatch(r -> r.messages.get() == MESSAGES && r.gaps.get() == 0 && r.wrong == null);

      long resident = server.residentMib();
      double held = server.metric("carillon_held_bytes{kind=\"outgoing\"}");
      double kernel = server.metric("carillon_kernel_socket_bytes");
      System.out.printf(
          "%d stalled readers: %d MiB resident, %.1f MiB wait in the server, %.1f MiB in the"
              + " kernel%n",
          STALLED, resident, held / (1 << 20), kernel / (1 << 20));
      assertThat(resident).isLessThan(600);
      assertThat(server.metric("carillon_sessions")).isEqualTo(STALLED + SERVED);
      assertThat(held).isPositive().isLessThan(64 << 20);
      assertThat(kernel).isPositive();

      for (SocketChannel each : stalled) {
        each.close();
      }
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> server.metric("carillon_sessions") == SERVED);
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> server.metric("carillon_held_bytes{kind=\"outgoing\"}") == 0);
      assertThat(server.isAlive()).isTrue();
    } finally {
      for (SocketChannel each : stalled) {
        each.close();
      }
    }
  }

  private static List<StreamReader> serve(Served server, EventLoops loops) {
    var client = new WebSocketClient(loops, ClientOptions.DEFAULT);
    URI uri = URI.create("ws://127.0.0.1:" + server.port() + "/ws");
    var terms = new ClientTerms(List.of("carillon.v1.json"), null, null, HttpFields.NONE);
    var truth = new StreamReader.Truth();
    List<StreamReader> readers = new ArrayList<>();
    for (int i = 0; i < SERVED; i++) {
      StreamReader reader = new StreamReader("feed", null, JsonCodec::new, truth);
      readers.add(reader);
      reader.connection = client.connect(uri, terms, reader).join();
    }
    await().atMost(Duration.ofSeconds(30)).until(() -> readers.stream().allMatch(r -> r.joined));
    return readers;
  }

  /** Connects and joins, and reads nothing behind the handshake's answer. */
  private static SocketChannel neverReading(int port) throws java.io.IOException {
    SocketChannel socket = SocketChannel.open();
    socket.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
    socket.connect(new InetSocketAddress("127.0.0.1", port));
    write(
        socket,
        ("GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Protocol: carillon.v1.json\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    ByteBuffer answer = ByteBuffer.allocate(1024);
    while (!new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII)
        .contains("\r\n\r\n")) {
      if (socket.read(answer) < 0) {
        throw new java.io.EOFException("the server closed the connection");
      }
    }
    write(socket, frame("{\"op\":\"connect\",\"id\":1}"));
    write(socket, frame("{\"op\":\"join\",\"id\":2,\"room\":\"feed\"}"));
    return socket;
  }

  private static byte[] frame(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(6 + bytes.length)
        .put((byte) 0x81)
        .put((byte) (0x80 | bytes.length))
        .putInt(0)
        .put(bytes)
        .array();
  }

  private static void write(SocketChannel socket, byte[] bytes) throws java.io.IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      socket.write(buffer);
    }
  }
}
