package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Filter;
import dev.carillon.core.spi.Gate;
import dev.carillon.core.spi.Mailbox;
import dev.carillon.core.spi.SessionStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One server process's rooms, spread over shards. Safe for use by many threads. */
public final class Node {
  private final NodeSettings settings;
  private final Policies policies;
  private final Broker broker;
  private final Gate gate;
  private final Filter.Compiler filters;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final List<Shard> shards;
  private final Governor governor;
  private final long started;

  /** How many sessions have joined wildcards. */
  private final AtomicInteger wildcards = new AtomicInteger();

  /**
   * A node with a shard for each mailbox.
   *
   * @param gate sees every publish of a client before it is appended
   * @param random safe for use by many threads, and in production not to be foreseen: resume tokens
   *     are drawn from it
   */
  public Node(
      NodeSettings settings,
      Policies policies,
      Broker broker,
      Gate gate,
      InstantSource clock,
      RandomGenerator random,
      List<Mailbox> mailboxes) {
    this(settings, policies, broker, gate, null, clock, random, mailboxes);
  }

  /**
   * A node whose filters can say more than equality and sets.
   *
   * @param filters is asked for what core's own expressions cannot say; null for nobody
   */
  public Node(
      NodeSettings settings,
      Policies policies,
      Broker broker,
      Gate gate,
      Filter.@Nullable Compiler filters,
      InstantSource clock,
      RandomGenerator random,
      List<Mailbox> mailboxes) {
    if (mailboxes.isEmpty()) {
      throw new IllegalArgumentException("a node needs at least one shard");
    }
    this.settings = settings;
    this.policies = policies;
    this.broker = broker;
    this.gate = gate;
    this.filters = TagExpression.before(filters);
    this.clock = clock;
    this.random = random;
    this.started = clock.millis();
    List<Shard> made = new ArrayList<>(mailboxes.size());
    for (Mailbox mailbox : mailboxes) {
      // 50 bits tell the shards of all nodes apart; the count behind them, one shard's ids.
      String prefix = Long.toString(random.nextLong() >>> 14, 36) + "-";
      made.add(new Shard(this, made.size(), mailboxes.size(), mailbox, prefix));
    }
    this.shards = List.copyOf(made);
    this.governor = new Governor(settings.memoryBytes(), shards);
  }

  /**
   * Takes in the sessions that the broker has kept of an earlier run, so that clients can take them
   * up again and presence goes on showing their members for a while. To be called before there are
   * connections.
   *
   * @param done told on any thread when it is done: null, or why there are none
   */
  public void restore(Consumer<@Nullable Problem> done) {
    broker
        .sessions()
        .all(
            answer -> {
              switch (answer) {
                case Broker.Answer.Failed<List<SessionStore.Kept>>(var problem) ->
                    done.accept(problem);
                case Broker.Answer.Done<List<SessionStore.Kept>>(var kept) -> restore(kept, done);
              }
            });
  }

  private void restore(List<SessionStore.Kept> kept, Consumer<@Nullable Problem> done) {
    List<SessionStore.Kept> oldestFirst = new ArrayList<>(kept);
    oldestFirst.sort(
        Comparator.comparingLong(each -> each.lostAt() == 0 ? Long.MAX_VALUE : each.lostAt()));
    collect(
        shard -> {
          for (SessionStore.Kept each : oldestFirst) {
            if (each.shard() % shards.size() == shard.number()) {
              shard.resumable().restore(each);
            }
          }
          return List.of();
        },
        nothing -> done.accept(null));
  }

  /** The shard that runs on the loop of the given index. */
  public Shard shard(int index) {
    return shards.get(index);
  }

  /** All shards, in the order of their mailboxes. */
  public List<Shard> shards() {
    return shards;
  }

  /**
   * Publishes for the server itself. The answer comes on the room's home shard, with how many
   * readers were attached on this node.
   */
  public void publish(RoomName room, Draft draft, ObjIntConsumer<Broker.Appended> answer) {
    Shard home = homeOf(room);
    home.post(
        () -> {
          Draft.Stamp stamp = draft.stamp();
          String id = stamp == null ? home.newId() : stamp.messageId();
          Broker.Append append = new Broker.Append(draft, id, null, clock.millis());
          home.home(room).publish(new RoomHome.Pending(append, answer::accept));
        });
  }

  /**
   * Asks a client for the server itself. The answer comes once, on any shard, within the call's
   * time.
   *
   * @param session who is asked
   * @throws IllegalArgumentException when the payload is larger than {@link Call#MAX_CLIENT_BYTES}
   */
  public void call(String session, Call call, Consumer<Reply> answer) {
    int size = call.payload().size();
    if (size > Call.MAX_CLIENT_BYTES) {
      throw new IllegalArgumentException(
          "a call to a client has at most %d bytes, this one has %d"
              .formatted(Call.MAX_CLIENT_BYTES, size));
    }
    Shard at = shards.get(birthplace(session));
    at.post(() -> at.calls().ask(session, call, answer));
  }

  /** Lists who is in a room, as presence shows it. The answer comes on a shard. */
  public void members(RoomName room, Consumer<List<Member>> answer) {
    Shard home = homeOf(room);
    home.post(() -> home.members(room, roster -> answer.accept(roster.members())));
  }

  /** Lists the sessions of a user that have a connection here. The answer comes on a shard. */
  public void sessionsOf(String user, Consumer<List<String>> answer) {
    collect(shard -> shard.byUser().of(user).stream().map(Session::id).toList(), answer);
  }

  /**
   * Ends sessions for good, whether they have a connection or wait for one: it is closed with
   * {@link Disconnect#REMOVED}.
   *
   * @param reason shown to the client, at most 123 bytes of UTF-8
   * @param answer told on a shard how many there were
   */
  public void remove(Predicate<Member> meant, String reason, Consumer<Integer> answer) {
    collect(
        shard -> List.of(shard.remove(meant, reason)),
        counts -> answer.accept(counts.stream().mapToInt(Integer::intValue).sum()));
  }

  /**
   * Takes sessions out of a room, which they may join again.
   *
   * @param reason told to them: removed, closed
   * @param done called on a shard when they have been taken out
   */
  public void expel(RoomName room, Predicate<Member> meant, String reason, Runnable done) {
    collect(
        shard -> {
          shard.expel(room, meant, reason);
          return List.of();
        },
        nothing -> done.run());
  }

  /**
   * Says why somebody did or did not get a message, from what is remembered of sessions' stays in
   * rooms. The answer comes once, on any thread; {@link Problem.Reason#NO_SUCH_ROOM} where nothing
   * has been published.
   *
   * @param epoch what the offset belongs to, or null for the room's own
   * @param offset 1 or more
   * @param user whose sessions are asked about, or null for whoever has the session
   * @param session the only one that is asked about, or null for all of the user's
   * @throws IllegalArgumentException when neither a user nor a session is named, or for an offset
   *     that none has
   */
  public void explain(
      RoomName room,
      @Nullable Epoch epoch,
      long offset,
      @Nullable String user,
      @Nullable String session,
      Consumer<Broker.Answer<Explained>> answer) {
    if (offset < 1 || user == null && session == null) {
      throw new IllegalArgumentException("offset is " + offset + " of " + user + "/" + session);
    }
    new Explaining(this, room, answer).begin(epoch, offset, user, session);
  }

  void look(Question asked, Consumer<List<Explaining.Looked>> answer) {
    collect(shard -> List.of(shard.ledger().look(asked)), answer);
  }

  /** When it was made, milliseconds since 1970. */
  long started() {
    return started;
  }

  /** Asks each shard in turn, and answers on the last. */
  private <T> void collect(Function<Shard, List<T>> question, Consumer<List<T>> answer) {
    collect(0, question, new ArrayList<>(), answer);
  }

  private <T> void collect(
      int at, Function<Shard, List<T>> question, List<T> found, Consumer<List<T>> answer) {
    Shard shard = shards.get(at);
    shard.post(
        () -> {
          found.addAll(question.apply(shard));
          if (at + 1 < shards.size()) {
            collect(at + 1, question, found, answer);
          } else {
            answer.accept(List.copyOf(found));
          }
        });
  }

  boolean hasWildcards() {
    return wildcards.get() > 0;
  }

  void wildcardsChanged(int change) {
    wildcards.addAndGet(change);
  }

  /** The index of the shard that gave a session its name; 0 for a name that none gave. */
  int birthplace(String session) {
    for (Shard shard : shards) {
      if (shard.named(session)) {
        return shard.number();
      }
    }
    return 0;
  }

  /** Where a room's publishes and members come together: beside its companion room's. */
  Shard homeOf(RoomName room) {
    int hash = room.subject().hashCode();
    return shards.get(Math.floorMod(hash ^ hash >>> 16, shards.size()));
  }

  /** 128 bits that nobody can guess, as 32 characters. */
  String newSecret() {
    return new Epoch(random.nextLong(), random.nextLong()).toString();
  }

  /** What it holds of all that grows with clients. */
  public Governor governor() {
    return governor;
  }

  /** The limits. */
  public NodeSettings settings() {
    return settings;
  }

  Policies policies() {
    return policies;
  }

  Broker broker() {
    return broker;
  }

  Filter.Compiler filters() {
    return filters;
  }

  Gate gate() {
    return gate;
  }

  InstantSource clock() {
    return clock;
  }
}
