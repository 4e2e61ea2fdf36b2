package dev.carillon.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testkit.FaultProxy;
import dev.carillon.wire.Position;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client publishes, another reads; at the end each message that was acknowledged was read once,
 * at its place, in order, and nothing else was.
 */
final class Witness implements AutoCloseable {
  private static final int AT_ONCE = 20;

  private final CarillonClient publisher;
  private final CarillonClient reader;
  private final Room written;
  private final Room read;
  private final @Nullable FaultProxy proxy;
  private final List<CompletableFuture<Published>> answers = new ArrayList<>();

  Witness(String url, @Nullable FaultProxy proxy) {
    this.proxy = proxy;
    ClientOptions patient = ClientOptions.DEFAULT.withKeepTrying();
    publisher = CarillonClient.connect(url, patient);
    reader = CarillonClient.connect(url, patient);
    written = publisher.join("chat/w");
    read = reader.join("chat/w");
  }

  /** Publishes until the proxy has cut all that it was told to, and at least so many. */
  void publishUntilCut(int least) throws Exception {
    int cuts = proxy == null ? 0 : 1;
    while (answers.size() < least || (cuts > 0 && stillCuts())) {
      publish(AT_ONCE);
    }
  }

  private boolean stillCuts() {
    return proxy != null && proxy.cutsLeft() > 0;
  }

  /** Publishes, and waits for the answers. */
  void publish(int count) throws Exception {
    publishLater(count);
    for (var answer : answers) {
      answer.get(120, TimeUnit.SECONDS);
    }
  }

  /** Publishes, and does not wait. */
  void publishLater(int count) {
    for (int i = 0; i < count; i++) {
      answers.add(written.publishAsync("m" + answers.size() + " " + "x".repeat(50)));
    }
  }

  void verify() throws Exception {
    Map<Position, String> acknowledged = new LinkedHashMap<>();
    for (int i = 0; i < answers.size(); i++) {
      String data = "m" + i + " " + "x".repeat(50);
      assertThat(acknowledged.put(answers.get(i).get().position(), data)).isNull();
    }
    for (Room room : List.of(read, written)) {
      Map<Position, String> seen = new LinkedHashMap<>();
      while (seen.size() < acknowledged.size()) {
        RoomEvent event = room.nextEvent();
        if (event instanceof Message message) {
          assertThat(seen.put(message.position(), message.data())).as("seen twice").isNull();
        } else {
          assertThat(event).isInstanceOf(RoomEvent.Resumed.class);
        }
      }
      assertThat(new ArrayList<>(seen.entrySet()))
          .isEqualTo(new ArrayList<>(acknowledged.entrySet()));
    }
  }

  @Override
  public void close() {
    publisher.close();
    reader.close();
  }
}
