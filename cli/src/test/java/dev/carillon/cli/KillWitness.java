package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.client.CarillonClient;
import dev.carillon.client.ClientEvent;
import dev.carillon.client.ClientOptions;
import dev.carillon.client.HistoryPage;
import dev.carillon.client.HistoryQuery;
import dev.carillon.client.Message;
import dev.carillon.client.Published;
import dev.carillon.client.Room;
import dev.carillon.client.RoomEvent;
import dev.carillon.wire.Level;
import dev.carillon.wire.Payload;
import dev.carillon.wire.Position;
import dev.carillon.wire.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Publishers and readers that stay connected as well as they can, and what each of them was told:
 * what was answered is in its room once, at its place, in its publisher's order, and came to every
 * reader once. Safe for use by many threads.
 */
final class KillWitness implements AutoCloseable {
  private static final int PUBLISHERS = 4;
  private static final int READERS = 3;
  private static final int ROOMS = 3;
  private static final int UNDER_WAY = 32;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final List<CarillonClient> clients = new ArrayList<>();
  private final List<Map<Position, String>> seen = new ArrayList<>();
  private final Map<String, Position> answered = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
  private final AtomicLong answers = new AtomicLong();
  private final AtomicLong[] published = new AtomicLong[PUBLISHERS];
  private final AtomicInteger connections = new AtomicInteger();
  private final Set<String> opened = ConcurrentHashMap.newKeySet();
  private final AtomicInteger resumed = new AtomicInteger();
  private final AtomicBoolean publishing = new AtomicBoolean(true);
  private final Semaphore[] free = new Semaphore[PUBLISHERS];
  private final List<Thread> publishers = new ArrayList<>();

  KillWitness(String url) {
    ClientOptions patient = ClientOptions.DEFAULT.withKeepTrying().withListener(this::told);
    for (int reader = 0; reader < READERS; reader++) {
      CarillonClient client = CarillonClient.connect(url, patient);
      clients.add(client);
      for (int room = 0; room < ROOMS; room++) {
        Map<Position, String> own = new ConcurrentHashMap<>();
        seen.add(own);
        read(client.join(name(room)), own);
      }
    }
    for (int i = 0; i < PUBLISHERS; i++) {
      int publisher = i;
      CarillonClient client = CarillonClient.connect(url, patient);
      clients.add(client);
      published[i] = new AtomicLong();
      free[i] = new Semaphore(UNDER_WAY);
      publishers.add(Thread.ofVirtual().start(() -> publish(client, publisher)));
    }
  }

  private static String name(int room) {
    return "kill/" + room;
  }

  private void told(ClientEvent event) {
    if (event instanceof ClientEvent.Connected connected) {
      connections.incrementAndGet();
      if (connected.resumed()) {
        resumed.incrementAndGet();
      } else if (!opened.add(connected.session())) {
        wrong.add("session " + connected.session() + " is there twice");
      }
    } else if (event instanceof ClientEvent.Ended ended && !ended.error().code().equals("closed")) {
      wrong.add("a client ended: " + ended.error());
    }
  }

  // -- Publishing --------------------------------------------------------------------------------

  private void publish(CarillonClient client, int publisher) {
    while (publishing.get()) {
      free[publisher].acquireUninterruptibly();
      long number = published[publisher].incrementAndGet();
      String data = publisher + " " + number;
      String room = name((int) (number % ROOMS));
      client
          .publishAsync(
              new Target.Room(room), Payload.text(data), dev.carillon.client.PublishOptions.DEFAULT)
          .whenComplete(
              (done, failure) -> {
                free[publisher].release();
                if (done == null) {
                  wrong.add(data + " failed: " + failure);
                } else {
                  answered(data, done);
                }
              });
    }
  }

  private void answered(String data, Published done) {
    answers.incrementAndGet();
    if (done.level() != Level.STORED) {
      wrong.add(data + " was answered " + done);
    }
    if (answered.put(data, done.position()) != null) {
      wrong.add(data + " was answered twice");
    }
  }

  /** How many publications were answered so far. */
  long answered() {
    return answers.get();
  }

  /** Waits for so many more answers. */
  void awaitAnswers(int more) {
    long wanted = answers.get() + more;
    await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> answers.get() >= wanted || !wrong.isEmpty());
  }

  // -- Reading -----------------------------------------------------------------------------------

  private void read(Room room, Map<Position, String> own) {
    long[] last = {0};
    room.onEvent(
        event -> {
          switch (event) {
            case Message message -> {
              if (message.offset() <= last[0]) {
                wrong.add(message.position() + " came behind " + last[0]);
              }
              last[0] = message.offset();
              own.put(message.position(), message.data());
            }
            case RoomEvent.Resumed resumption -> {}
            case RoomEvent.Stale stale -> {}
            case RoomEvent.Fresh fresh -> {}
            case RoomEvent.Ended ended -> {
              if (!ended.error().code().equals("closed")) {
                wrong.add("a room ended: " + ended);
              }
            }
            default -> wrong.add("a reader was told " + event);
          }
        });
  }

  /** Fails when something has been seen that must not be. */
  void check(String when) {
    assertThat(wrong).as(when).isEmpty();
  }

  /** Ends publishing, waits until all is answered and read, and compares. */
  void finish() throws InterruptedException {
    publishing.set(false);
    for (int i = 0; i < PUBLISHERS; i++) {
      publishers.get(i).join();
      assertThat(free[i].tryAcquire(UNDER_WAY, PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .as("all is answered")
          .isTrue();
    }
    check("at the end");
    assertThat(answered).hasSize((int) answers.get());
    for (int room = 0; room < ROOMS; room++) {
      compare(room);
    }
  }

  private void compare(int room) {
    Map<Position, String> log = log(name(room));
    Map<Position, String> expected = new HashMap<>();
    answered.forEach(
        (data, position) -> {
          if (numberOf(data) % ROOMS == room) {
            expected.put(position, data);
          }
        });
    assertThat(log).as("what is in the room is what was answered").isEqualTo(expected);
    for (int reader = 0; reader < READERS; reader++) {
      Map<Position, String> own = seen.get(reader * ROOMS + room);
      await().atMost(PATIENCE).until(() -> own.size() >= expected.size());
      assertThat(own).as("reader %d of room %d", reader, room).isEqualTo(expected);
    }
  }

  private static long numberOf(String data) {
    return Long.parseLong(data.substring(data.indexOf(' ') + 1));
  }

  /**
   * All of a room: one epoch, offsets from 1 without a hole, each publisher's messages in order.
   */
  private Map<Position, String> log(String room) {
    Map<Position, String> log = new HashMap<>();
    long[] last = new long[PUBLISHERS];
    long next = 1;
    String epoch = null;
    HistoryPage page = clients.getFirst().history(room, HistoryQuery.OLDEST);
    while (!page.messages().isEmpty()) {
      for (Message message : page.messages()) {
        epoch = epoch == null ? message.position().epoch() : epoch;
        assertThat(message.position()).isEqualTo(new Position(epoch, next++));
        int publisher = message.data().charAt(0) - '0';
        long number = numberOf(message.data());
        assertThat(number).as("of publisher %d", publisher).isGreaterThan(last[publisher]);
        last[publisher] = number;
        log.put(message.position(), message.data());
      }
      page =
          clients
              .getFirst()
              .history(room, HistoryQuery.after(page.messages().getLast().position()));
    }
    return log;
  }

  @Override
  public String toString() {
    return "%d messages answered, %d connections, %d sessions taken up again"
        .formatted(answers.get(), connections.get(), resumed.get());
  }

  @Override
  public void close() {
    publishing.set(false);
    clients.forEach(client -> client.close(Duration.ZERO));
  }
}
