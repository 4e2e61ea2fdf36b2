package dev.carillon.load;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A run of a scenario against a target. One thread does it all, the one that calls {@link #run}.
 *
 * <p>Every message carries a stamp, by which each connection checks that it gets every message once
 * and in order, and how long it took from the moment at which it was to be sent.
 */
public final class Load {
  private static final int PENDING = 128;
  private static final long PROGRESS_NANOS = 200_000_000;

  private final Target target;
  private final Scenario scenario;
  private final Schedule schedule;
  private final Consumer<Progress> watcher;
  private final @Nullable ProcessHandle server;
  private final Crowd crowd;
  private Progress.Phase phase = Progress.Phase.CONNECTING;
  private long toldAt;

  private Load(
      Target target,
      Scenario scenario,
      Schedule schedule,
      @Nullable ProcessHandle server,
      Consumer<Progress> watcher)
      throws IOException {
    this.target = target;
    this.scenario = scenario;
    this.schedule = schedule;
    this.server = server;
    this.watcher = watcher;
    this.crowd =
        new Crowd(target, "bench-" + Long.toString(System.nanoTime() & 0xffffff, 36) + "-");
  }

  /**
   * Runs, and returns when it is over.
   *
   * @param server the process whose CPU time is to be measured, on this machine; or null
   * @param watcher is told several times a second how it stands
   * @throws LoadException when it could not begin: why, and what to do
   */
  public static Report run(
      Target target,
      Scenario scenario,
      Schedule schedule,
      @Nullable ProcessHandle server,
      Consumer<Progress> watcher) {
    Load load;
    try {
      load = new Load(target, scenario, schedule, server, watcher);
    } catch (IOException refused) {
      throw new LoadException("the system gives no selector: " + refused.getMessage());
    }
    try {
      return load.run();
    } finally {
      load.crowd.close();
    }
  }

  private Report run() {
    long began = System.nanoTime();
    connect();
    Duration connecting = Duration.ofNanos(System.nanoTime() - began);
    if (crowd.openCount() == 0) {
      throw new LoadException("no connection could be opened: " + crowd.refusals().keySet());
    }
    return switch (scenario) {
      case Scenario.Idle idle -> flow(Course.SILENT, connecting);
      case Scenario.Echo echo -> {
        try (var course = new EchoCourse(crowd, echo)) {
          yield flow(course, connecting);
        }
      }
      case Scenario.FanOut fanOut -> {
        try (var course = new FanOutCourse(crowd, fanOut)) {
          yield flow(course, connecting);
        }
      }
    };
  }

  // -- Connecting --------------------------------------------------------------------------------

  private void connect() {
    int wanted = scenario.connections();
    double rate = scenario instanceof Scenario.Idle idle ? idle.rate() : 0;
    int[] rooms = rooms();
    long began = System.nanoTime();
    int dialled = 0;
    long quietSince = began;
    int before = -1;
    while (dialled < wanted || crowd.pendingCount() > 0) {
      long now = System.nanoTime();
      double due = rate == 0 ? wanted : (now - began) * 1e-9 * rate;
      while (dialled < wanted && dialled < due && crowd.pendingCount() < PENDING) {
        int room = rooms[dialled];
        crowd.dial(room, scenario instanceof Scenario.Echo ? dialled : room, now);
        dialled++;
      }
      if (rate > 0 && dialled < wanted) {
        crowd.turn(1);
      } else {
        crowd.turn(50);
      }
      if (crowd.openCount() + dialled != before) {
        before = crowd.openCount() + dialled;
        quietSince = now;
      } else if (now - quietSince > schedule.patience().toNanos()) {
        break;
      }
      tell(now);
    }
  }

  private int[] rooms() {
    int[] rooms = new int[scenario.connections()];
    if (scenario instanceof Scenario.FanOut fanOut) {
      if (fanOut.mixed()) {
        mix(rooms, fanOut.rooms());
      } else {
        for (int i = 0; i < rooms.length; i++) {
          rooms[i] = i % fanOut.rooms();
        }
      }
    }
    return rooms;
  }

  /** Each room gets one, and of the others as many as its place among them says. */
  private static void mix(int[] rooms, int count) {
    double all = 0;
    for (int room = 0; room < count; room++) {
      rooms[room] = room;
      all += 1.0 / (room + 1);
    }
    int left = rooms.length - count;
    int at = count;
    for (int room = 0; room < count && at < rooms.length; room++) {
      long share = Math.round(left / all / (room + 1));
      for (long i = 0; i < share && at < rooms.length; i++) {
        rooms[at++] = room;
      }
    }
    // What rounding left over stays in the first room.
  }

  // -- The flow ----------------------------------------------------------------------------------

  private Report flow(Course course, Duration connecting) {
    crowd.follow(course);
    phase = Progress.Phase.WARMING_UP;
    settle(course);
    runUntil(System.nanoTime() + schedule.warmUp().toNanos());
    phase = Progress.Phase.MEASURING;
    long began = System.nanoTime();
    crowd.measuredFrom = began;
    long sent = crowd.sent;
    long received = crowd.received;
    long bytes = crowd.bytesReceived;
    Duration ownCpu = cpu(ProcessHandle.current());
    Duration serverCpu = cpu(server);
    runUntil(began + schedule.measured().toNanos());
    long took = System.nanoTime() - began;
    ownCpu = cpu(ProcessHandle.current()).minus(ownCpu);
    serverCpu = cpu(server).minus(serverCpu);
    sent = crowd.sent - sent;
    received = crowd.received - received;
    bytes = crowd.bytesReceived - bytes;
    course.stop();
    drain(course);
    var agreed = crowd.agreement();
    var deflate = agreed == null ? null : agreed.deflate();
    return new Report(
        scenario.connections(),
        crowd.openCount() + crowd.endings().values().stream().mapToInt(count -> count).sum(),
        crowd.refusals(),
        crowd.endings(),
        agreed == null ? null : agreed.subprotocol(),
        deflate == null
            ? List.of()
            : List.of("permessage-deflate; server_max_window_bits=" + deflate.serverWindowBits()),
        crowd.openings.latencies(),
        connecting,
        Duration.ofNanos(took),
        sent,
        received,
        bytes,
        crowd.latencies.latencies(),
        (double) ownCpu.toNanos() / took,
        serverCpu,
        crowd.lost + course.missing(),
        crowd.repeated,
        crowd.strays,
        crowd.unlooked,
        crowd.plainBytes == 0 ? 1 : (double) crowd.compressedBytes / crowd.plainBytes);
  }

  private void settle(Course course) {
    long end = System.nanoTime() + schedule.patience().toNanos();
    long now;
    while (!course.settle(now = System.nanoTime())) {
      if (now > end) {
        throw new LoadException(
            "connections opened, but not all of them got what was said in their room");
      }
      crowd.turn(10);
      tell(now);
    }
  }

  private void runUntil(long end) {
    long now;
    while ((now = System.nanoTime()) < end && crowd.openCount() > 0) {
      crowd.course().advance(now);
      crowd.turn(Math.clamp((end - now) / 1_000_000 + 1, 1, 50));
      tell(now);
    }
  }

  private void drain(Course course) {
    phase = Progress.Phase.DRAINING;
    long end = System.nanoTime() + schedule.patience().toNanos();
    long now;
    while ((now = System.nanoTime()) < end && course.missing() > 0) {
      crowd.turn(20);
      tell(now);
    }
  }

  private static Duration cpu(@Nullable ProcessHandle process) {
    return process == null
        ? Duration.ZERO
        : process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private void tell(long now) {
    if (now - toldAt >= PROGRESS_NANOS) {
      toldAt = now;
      watcher.accept(
          new Progress(
              phase,
              crowd.openCount(),
              scenario.connections(),
              crowd.sent,
              crowd.received,
              crowd.lost));
    }
  }
}
