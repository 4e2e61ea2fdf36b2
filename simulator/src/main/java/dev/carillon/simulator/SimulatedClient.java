package dev.carillon.simulator;

import dev.carillon.core.Call;
import dev.carillon.core.Disconnect;
import dev.carillon.core.Draft;
import dev.carillon.core.Epoch;
import dev.carillon.core.From;
import dev.carillon.core.JoinOptions;
import dev.carillon.core.Node;
import dev.carillon.core.Payload;
import dev.carillon.core.Position;
import dev.carillon.core.Problem;
import dev.carillon.core.Range;
import dev.carillon.core.Reply;
import dev.carillon.core.RoomName;
import dev.carillon.core.Session;
import dev.carillon.core.Shard;
import dev.carillon.core.User;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.Permissions;
import dev.carillon.core.spi.WireForm;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client that joins, leaves, publishes, loses its connection and comes back, and holds what it is
 * given against what it was promised.
 */
final class SimulatedClient implements SimulatedConnection.Receiver {
  /** What the client knows of one room; outlives its connections. */
  private static final class Following {
    @Nullable Epoch epoch;
    long expected;

    /** Announced losses that have not been reached, from first to last offset. */
    final TreeMap<Long, Long> lost = new TreeMap<>();

    long resumedTo;
    boolean joined;
    boolean wanted;
    long incarnation = 1;
    long sequence;
    long settled;
    boolean inFlight;

    /** It stands somewhere else now: what was announced is of no concern. */
    void startAt(long offset) {
      expected = offset;
      lost.clear();
    }

    /** Steps over losses that have been reached. */
    void pass() {
      Map.Entry<Long, Long> next;
      while ((next = lost.firstEntry()) != null && next.getKey() == expected) {
        expected = next.getValue() + 1;
        lost.pollFirstEntry();
      }
    }
  }

  private final World world;
  private final Witness witness;
  private final Node node;
  private final List<WireForm> forms;
  private final String name;
  private final Chance chance;
  private final Map<RoomName, Following> rooms = new LinkedHashMap<>();
  private final Map<Long, RoomName> asked = new LinkedHashMap<>();

  /** The calls that wait for a reply, with what was asked and when. */
  private final Map<Long, Question> calls = new LinkedHashMap<>();

  private record Question(String asked, long at, long timeout) {}

  private @Nullable SimulatedConnection connection;
  private Shard shard;
  private byte[] pending = new byte[0];
  private long refs;

  SimulatedClient(World world, Witness witness, Node node, List<WireForm> forms, String name) {
    this.world = world;
    this.witness = witness;
    this.node = node;
    this.forms = forms;
    this.name = name;
    this.chance = world.workload.split();
    this.shard = node.shard(0);
  }

  // -- What it does ----------------------------------------------------------------------------

  void connect() {
    if (connection != null) {
      return;
    }
    int number = chance.nextInt(node.shards().size());
    shard = node.shard(number);
    pending = new byte[0];
    SimulatedConnection made = new SimulatedConnection(world, this);
    connection = made;
    shard.post(
        () -> {
          Session opened =
              shard.open(new User(name), Permissions.ALL, forms.get(number), made, made);
          opened.resumeToken(); // so that others may call it
          made.session(opened);
        });
    rooms.forEach(
        (room, following) -> {
          if (following.wanted) {
            askToJoin(room, following);
          }
        });
  }

  void disconnect() {
    SimulatedConnection gone = connection;
    if (gone != null) {
      connection = null;
      gone.abandon();
      asked.clear();
      calls.clear();
      rooms.values().forEach(following -> following.joined = false);
      shard.post(gone::cut);
    }
  }

  void stall(boolean stop) {
    SimulatedConnection current = connection;
    if (current != null) {
      shard.post(() -> current.stall(stop));
    }
  }

  void join(RoomName room) {
    Following following = rooms.computeIfAbsent(room, absent -> new Following());
    if (connection != null && !following.wanted && !following.joined) {
      following.wanted = true;
      askToJoin(room, following);
    }
  }

  private void askToJoin(RoomName room, Following following) {
    From from =
        following.epoch != null && following.expected > 0
            ? new From.After(new Position(following.epoch, following.expected - 1))
            : switch (chance.nextInt(4)) {
              case 0 -> new From.Last(chance.nextInt(40));
              case 1 -> new From.Since(world.millis() - chance.nextInt(5000));
              default -> new From.Now();
            };
    long ref = ++refs;
    asked.put(ref, room);
    boolean presence = chance.nextInt(3) == 0;
    JoinOptions options = JoinOptions.from(from).withPresence(presence);
    command(session -> session.join(ref, room, options));
  }

  void leave(RoomName room) {
    Following following = rooms.get(room);
    if (connection != null && following != null && following.joined) {
      following.wanted = false;
      command(session -> session.leave(0, room));
    }
  }

  void publish(RoomName room) {
    Following following = rooms.computeIfAbsent(room, absent -> new Following());
    if (connection != null && !following.inFlight) {
      following.inFlight = true;
      following.sequence++;
      send(room, following);
    }
  }

  private void send(RoomName room, Following following) {
    var stamp = new Draft.Stamp(name, following.incarnation, following.sequence, following.settled);
    Payload payload = Payload.text(stamp.messageId());
    String key = following.sequence % 4 == 0 ? null : name + following.sequence % 2;
    int priority = (int) (following.sequence % 3) - 1;
    Draft draft = new Draft(null, payload, Map.of(), key, priority, 0, true, stamp);
    long ref = ++refs;
    asked.put(ref, room);
    command(session -> session.publish(ref, room, draft));
  }

  /** The name of its session, or null while it has none. */
  @Nullable String sessionName() {
    SimulatedConnection on = connection;
    return on == null ? null : on.sessionName();
  }

  /** Asks another client in a room, or the application, which does not answer. */
  void call(RoomName room, @Nullable String member) {
    if (connection != null) {
      long ref = ++refs;
      long timeout = 1 + chance.nextInt(400);
      String question = name + "?" + ref;
      calls.put(ref, new Question(question, world.millis(), timeout));
      command(session -> session.call(ref, room, member, "ask", Payload.text(question), timeout));
    }
  }

  /** Answers at once, later, twice, or never. */
  private void called(long number, Call call) {
    Reply reply = new Reply.Value(call.payload());
    switch (chance.nextInt(4)) {
      case 0 -> command(session -> session.reply(number, reply));
      case 1 -> {
        command(session -> session.reply(number, reply));
        command(session -> session.reply(number, new Reply.Value(Payload.text("again"))));
      }
      case 2 -> {
        SimulatedConnection on = connection;
        world.after(
            chance.nextInt(500),
            "answer",
            () -> {
              if (on == connection) {
                command(session -> session.reply(number, reply));
              }
            });
      }
      default -> world.trace("no answer");
    }
  }

  private void replied(Notice.Replied replied) {
    Question question = calls.remove(replied.ref());
    if (question == null) {
      witness.violated("15 " + name + " got a reply to nothing that was open: " + replied);
      return;
    }
    switch (replied.reply()) {
      case Reply.Value(var payload) -> {
        witness.answered();
        if (!payload.asText().equals(question.asked())) {
          witness.violated("15 " + name + " asked " + question + ", got " + replied);
        }
      }
      case Reply.Failure failure -> {
        boolean early = world.millis() < question.at() + question.timeout();
        if (failure.code().equals("timeout") && early) {
          witness.violated("15 " + name + " was told too early: " + replied);
        }
      }
    }
  }

  /** After the faults: comes back, publishes again what is in doubt. */
  void recover() {
    connect();
    stall(false);
    rooms.forEach(
        (room, following) -> {
          if (following.inFlight && asked.values().stream().noneMatch(room::equals)) {
            send(room, following);
          }
        });
  }

  private void command(Consumer<Session> action) {
    SimulatedConnection on = connection;
    if (on != null) {
      shard.post(() -> on.command(action));
    }
  }

  // -- What it is given ------------------------------------------------------------------------

  @Override
  public void bytes(byte[] bytes) {
    byte[] all = java.util.Arrays.copyOf(pending, pending.length + bytes.length);
    System.arraycopy(bytes, 0, all, pending.length, bytes.length);
    int at = 0;
    while (all.length - at >= 2) {
      int length = (all[at] & 0xff) << 8 | all[at + 1] & 0xff;
      if (all.length - at < 2 + length) {
        break;
      }
      String line = new String(all, at + 2, length, StandardCharsets.US_ASCII).stripTrailing();
      at += 2 + length;
      message(line.split(" ", -1));
    }
    pending = java.util.Arrays.copyOfRange(all, at, all.length);
  }

  private void message(String[] words) {
    if (words[0].startsWith("$")) {
      return; // presence is checked by its own tests
    }
    RoomName room = RoomName.of(words[0]);
    long offset = Long.parseLong(words[1]);
    Following following = rooms.get(room);
    if (following == null || following.epoch == null || !following.joined) {
      witness.violated("7 " + name + " got " + room + " " + offset + " without having joined");
      return;
    }
    if (offset != following.expected) {
      witness.violated(
          "3 %s got %s %d, expected %d".formatted(name, room, offset, following.expected));
    }
    following.expected = offset + 1;
    following.pass();
    witness.delivered(room, following.epoch, offset, words[2]);
  }

  @Override
  public void closed(Disconnect why) {
    disconnect();
  }

  @Override
  public void notice(Notice notice) {
    if (pending.length > 0) {
      witness.violated("12 " + name + " got a notice inside a frame: " + notice);
    }
    switch (notice) {
      case Notice.Gap(var room, var epoch, var ranges, var reason) when room.isPresence() ->
          world.trace("presence gap");
      case Notice.Reset reset when reset.room().isPresence() -> world.trace("presence reset");
      case Notice.Joined joined -> {
        Following following = answered(joined.ref(), joined.room());
        following.epoch = joined.head().epoch();
        following.startAt(joined.next());
        following.joined = true;
      }
      case Notice.Resumed resumed -> {
        Following following = answered(resumed.ref(), resumed.room());
        if (!resumed.epoch().equals(following.epoch) || resumed.from() != following.expected) {
          witness.violated("6 " + name + " expected " + following.expected + ", got " + resumed);
        }
        following.startAt(following.expected);
        following.resumedTo = resumed.to();
        following.joined = true;
      }
      case Notice.Reset reset -> {
        Following following =
            reset.ref() == 0 ? following(reset.room()) : answered(reset.ref(), reset.room());
        if (reset.head().epoch().equals(following.epoch)
            && following.expected <= reset.head().offset() + 1) {
          witness.violated("3 " + name + " was reset within an epoch: " + reset);
        }
        following.epoch = reset.head().epoch();
        following.startAt(reset.head().offset() + 1);
        following.joined = true;
      }
      case Notice.Gap gap -> gap(gap);
      case Notice.Published published -> {
        Following following = answered(published.ref(), published.room());
        String id = name + ":" + following.incarnation + ":" + following.sequence;
        witness.acknowledged(published.room(), published.position(), id);
        following.settled = following.sequence;
        following.inFlight = false;
      }
      case Notice.Rejected rejected -> rejected(rejected);
      case Notice.Refused refused -> refused(refused);
      case Notice.Left left -> following(left.room()).joined = false;
      case Notice.Stale stale -> world.trace("stale");
      case Notice.Heads heads -> heads.rooms().forEach(this::head);
      case Notice.Rewind rewind -> witness.violated("nothing is acknowledged here: " + rewind);
      case Notice.Skipped skipped -> witness.violated("nothing is filtered here: " + skipped);
      case Notice.History history -> world.trace("history");
      case Notice.Members members -> world.trace("members");
      case Notice.Done done -> world.trace("done");
      case Notice.Called(var number, var call) -> called(number, call);
      case Notice.Replied replied -> replied(replied);
      case Notice.Goodbye goodbye -> world.trace("goodbye");
    }
  }

  /** The head of a room that was stale or quiet: everything before it has come. */
  private void head(RoomName room, long head) {
    if (room.isPresence()) {
      world.trace("presence head");
      return;
    }
    Following following = following(room);
    if (head + 1 != following.expected) {
      witness.violated(
          "2 %s expected %d, the head is %d".formatted(name, following.expected, head));
    }
  }

  private void gap(Notice.Gap gap) {
    Following following = following(gap.room());
    for (Range range : gap.ranges()) {
      boolean early = range.from() < following.expected;
      boolean twice = following.lost.put(range.from(), range.to()) != null;
      if (early || twice || !gap.epoch().equals(following.epoch)) {
        witness.violated("3 " + name + " expected " + following.expected + ", got " + gap);
      }
    }
    following.pass();
  }

  private void rejected(Notice.Rejected rejected) {
    Following following = answered(rejected.ref(), rejected.room());
    if (rejected.problem().reason() == Problem.Reason.PUBLISHER_RESET) {
      following.incarnation++; // what was in doubt stays in doubt
      following.sequence = 0;
      following.settled = 0;
      following.inFlight = false;
    } else if (rejected.problem().reason() == Problem.Reason.SEQUENCE_GAP) {
      witness.violated("5 " + name + " counted without a gap, but got " + rejected);
    } else {
      SimulatedConnection on = connection;
      world.after(
          100,
          "publish again",
          () -> {
            if (connection == on && on != null && following.inFlight) {
              send(rejected.room(), following);
            }
          });
    }
  }

  private void refused(Notice.Refused refused) {
    RoomName room = asked.remove(refused.ref());
    if (room != null && refused.problem().reason().retryable()) {
      SimulatedConnection on = connection;
      world.after(
          100,
          "join again",
          () -> {
            Following following = following(room);
            if (connection == on && on != null && following.wanted && !following.joined) {
              askToJoin(room, following);
            }
          });
    }
  }

  private Following answered(long ref, RoomName room) {
    if (asked.remove(ref) == null) {
      witness.violated("14 " + name + " got an answer to what it did not ask: " + ref);
    }
    return following(room);
  }

  private Following following(RoomName room) {
    return rooms.computeIfAbsent(room, absent -> new Following());
  }

  /** Whether it has everything that the room holds, and no question is open. */
  boolean settledAt(RoomName room, Position head) {
    Following following = rooms.get(room);
    return calls.isEmpty() && isUpToDate(following, head);
  }

  private static boolean isUpToDate(@Nullable Following following, Position head) {
    return following == null
        || !following.inFlight
            && (!following.wanted
                || following.joined
                    && head.epoch().equals(following.epoch)
                    && following.expected == head.offset() + 1);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(name);
    rooms.forEach(
        (room, f) ->
            text.append(
                " %s[%s:%d %s%s]"
                    .formatted(
                        room,
                        f.epoch,
                        f.expected - 1,
                        f.joined ? "joined" : f.wanted ? "joining" : "out",
                        f.inFlight ? " publishing " + f.sequence : "")));
    return text.toString();
  }
}
