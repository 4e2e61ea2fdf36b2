package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.transport.ClientOptions;
import dev.carillon.transport.EventLoops;
import dev.carillon.transport.LoopOptions;
import dev.carillon.transport.TcpOptions;
import dev.carillon.transport.WebSocketClient;
import dev.carillon.websocket.ClientTerms;
import dev.carillon.websocket.DeflateTerms;
import dev.carillon.websocket.HttpFields;
import dev.carillon.wire.CborCodec;
import dev.carillon.wire.JsonCodec;
import dev.carillon.wire.MsgpackCodec;
import dev.carillon.wire.WireCodec;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rooms full of readers of every sort: in three codecs, compressed or not, a half with a filter,
 * some that leave out their own messages, a tenth that stop reading for a while. Each stream is
 * checked, message by message.
 */
class DeliveryTests {
  private static final List<String> ROOMS = List.of("disconnect", "skip", "conflate", "patient");
  private static final String CONFIGURATION =
      """
      tcp: {send_buffer: 16 KiB}
      limits: {stall_timeout: 10m, handshake_timeout: 2m}
      auth: {timeout: 2m}
      heartbeat: {interval: 10m}
      rooms:
        disconnect: {presence: off, slow_readers: {action: disconnect, max_behind: 64 KiB}}
        skip: {presence: off, slow_readers: {action: skip, max_behind: 64 KiB}}
        conflate: {presence: off, slow_readers: {action: conflate, max_behind: 64 KiB}}
        patient: {presence: off}
      """;

  @TempDir Path folder;
  private final SplittableRandom random = new SplittableRandom(9);

  @Test
  @Timeout(180)
  void eachOfFiveHundredStreamsIsCompleteOrSaysWhatIsMissing() throws Exception {
    run(500, 300);
  }

  @Test
  @Tag("full")
  @Timeout(900)
  void eachOfFiveThousandStreamsIsCompleteOrSaysWhatIsMissing() throws Exception {
    run(5000, 300);
  }

  private static WireCodec codec(int number) {
    return switch (number % 3) {
      case 0 -> new JsonCodec();
      case 1 -> new MsgpackCodec();
      default -> new CborCodec();
    };
  }

  private void run(int count, int messagesEach) throws Exception {
    try (Served server = Served.start(folder, CONFIGURATION);
        EventLoops loops = EventLoops.start(new LoopOptions(1, true, 6), InstantSource.system())) {
      var client =
          new WebSocketClient(
              loops, ClientOptions.DEFAULT.withTcp(TcpOptions.DEFAULT.withBuffers(8 << 10, 0)));
      URI uri = URI.create("ws://127.0.0.1:" + server.port() + "/ws");
      Map<String, StreamReader.Truth> truths = new ConcurrentHashMap<>();
      List<StreamReader> readers = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int number = i;
        String room = ROOMS.get(i / 20 % ROOMS.size());
        var truth = truths.computeIfAbsent(room, absent -> new StreamReader.Truth());
        String filter = i % 2 == 0 ? "tags.color == \"red\"" : null;
        StreamReader reader = new StreamReader(room, filter, () -> codec(number), truth);
        reader.stalls = i % 20 == 0 || i % 20 == 15;
        readers.add(reader);
        reader.connection = client.connect(uri, terms(i), reader).join();
      }
      await().atMost(Duration.ofSeconds(60)).until(() -> readers.stream().allMatch(r -> r.joined));

      // How soon a server finds that somebody is slow is its affair, but not whether it does.
      for (int phase = 0; phase == 0 || phase < 10 && !eachPolicyActed(readers); phase++) {
        phase(client, uri, readers, messagesEach);
      }
      assertThat(readers.stream().map(r -> r.wrong).filter(w -> w != null)).isEmpty();
      assertThat(sum(readers, "patient", true)).as("gaps in a patient room").isZero();
      assertThat(sum(readers, "skip", true)).isPositive();
      assertThat(sum(readers, "conflate", true)).isPositive();
      assertThat(sum(readers, "disconnect", false)).as("came back").isPositive();
      assertThat(readers.stream().mapToInt(r -> r.skips.get()).sum()).isPositive();
      System.out.printf(
          "%d readers, %d messages checked, %d gaps, %d skips, %d returns, %d MiB resident%n",
          count,
          readers.stream().mapToInt(r -> r.messages.get()).sum(),
          readers.stream().mapToInt(r -> r.gaps.get()).sum(),
          readers.stream().mapToInt(r -> r.skips.get()).sum(),
          readers.stream().mapToInt(r -> r.returns.get()).sum(),
          server.residentMib());
    }
  }

  /** Some stop reading and go on later, while messages are published; until all have all. */
  private void phase(WebSocketClient client, URI uri, List<StreamReader> readers, int messages) {
    long begin = first(readers, "patient").expected;
    for (int message = 0; message < messages; message++) {
      if (message == 10 || message == messages - 50) {
        long sent = begin + message;
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> first(readers, "patient").expected > sent - 8);
        stall(readers, message == 10);
      }
      publishInEachRoom(readers, message, message > messages - 10);
      comeBack(client, uri, readers);
    }
    stall(readers, false);
    await()
        .atMost(Duration.ofSeconds(120))
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              comeBack(client, uri, readers);
              // Who filters is told what it did not get with the next that it does.
              ROOMS.forEach(room -> first(readers, room).publish("end", null, "red", true));
              return readers.stream().allMatch(r -> r.wrong != null || isAtTheEnd(r, readers));
            });
  }

  private static boolean eachPolicyActed(List<StreamReader> readers) {
    return sum(readers, "skip", true) > 0
        && sum(readers, "conflate", true) > 0
        && sum(readers, "disconnect", false) > 0;
  }

  private static ClientTerms terms(int number) {
    return new ClientTerms(
        List.of(codec(number).subprotocol()),
        number / 3 % 2 == 0 ? DeflateTerms.DEFAULT : null,
        null,
        HttpFields.NONE);
  }

  /** A tenth of the readers stops reading, or goes on. */
  private static void stall(List<StreamReader> readers, boolean stop) {
    for (StreamReader reader : readers) {
      var connection = reader.connection;
      if (connection != null && reader.stalls) {
        connection.pauseReading(stop);
      }
    }
  }

  /** One message from one of each room's readers, each time another, and some without an echo. */
  private void publishInEachRoom(List<StreamReader> readers, int message, boolean last) {
    for (String room : ROOMS) {
      List<StreamReader> there =
          readers.stream().filter(r -> r.room.equals(room) && !r.stalls).toList();
      StreamReader by = there.get((message * 7 + 1) % there.size());
      String key = message % 5 == 0 ? null : "k" + message % 3;
      String color = message % 3 == 0 || last ? "red" : "blue";
      by.publish(message + " " + noise(), key, color, message % 4 != 1);
    }
  }

  /** Text that does not compress to nothing. */
  private String noise() {
    byte[] bytes = new byte[600];
    random.nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static void comeBack(WebSocketClient client, URI uri, List<StreamReader> readers) {
    for (int i = 0; i < readers.size(); i++) {
      StreamReader reader = readers.get(i);
      String closed = reader.closed;
      if (closed != null) {
        // Who takes too long over the Close is cut off, and knows where it stands all the same.
        assertThat(closed).matches("4408 lag .*|1006 .*");
        reader.connection = client.connect(uri, terms(i), reader).join();
      }
    }
  }

  /** A reader of a room that wants everything and never stops reading. */
  private static StreamReader first(List<StreamReader> readers, String room) {
    return readers.get(ROOMS.indexOf(room) * 20 + 1);
  }

  /** As far as the first that publishes has come: the last that it reads is for everybody. */
  private static boolean isAtTheEnd(StreamReader reader, List<StreamReader> readers) {
    long end = first(readers, reader.room).expected;
    return reader.closed == null && reader.joined && reader.expected >= end - 20;
  }

  private static int sum(List<StreamReader> readers, @Nullable String room, boolean gaps) {
    return readers.stream()
        .filter(r -> r.room.equals(room))
        .mapToInt(r -> gaps ? r.gaps.get() : r.returns.get())
        .sum();
  }
}
