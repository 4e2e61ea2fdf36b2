package dev.carillon.connection;

import dev.carillon.core.Disconnect;
import dev.carillon.core.HeldBytes;
import dev.carillon.core.Shard;
import dev.carillon.core.spi.Mailbox;
import dev.carillon.core.spi.Protocol;
import dev.carillon.core.spi.Streaming;
import dev.carillon.core.spi.WireForm;
import dev.carillon.websocket.ClientHandshake;
import dev.carillon.websocket.Compressors;
import dev.carillon.websocket.HttpFields;
import dev.carillon.websocket.SharedCompression;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one event loop share: the cork, the compressors, the time, the sweep of
 * deadlines and the shard. Confined to the event loop that drives it, but for {@link #traffic()}.
 *
 * <p>Whoever drives it calls {@link #tick()} every {@link #TICK_MILLIS} and otherwise the methods
 * of {@link Connection}.
 */
public final class Loop implements AutoCloseable {
  /** How often {@link #tick()} is to be called. Time on the wall plays no part in deadlines. */
  public static final int TICK_MILLIS = 100;

  /** In how many ticks every connection's deadlines are looked at once. */
  private static final int SWEEP_TICKS = 4;

  /** When so many bytes more are held, the governor need not wait for the next tick. */
  private static final long LOOKED_AT_EVERY = 1 << 20;

  /** Who holds less is not ended for it. */
  private static final int SHED_FROM = 4 << 10;

  private final Mailbox mailbox;
  private final InstantSource clock;
  private final RandomGenerator masks;
  private final Compressors compressors;
  private final Consumer<RuntimeException> faults;
  private final Cork cork = new Cork(this);
  private final Traffic traffic = new Traffic();
  private final ArrayDeque<Connection> turns = new ArrayDeque<>();
  private final Map<FormKey, WireForm> forms = new HashMap<>();
  private final Map<Streaming, WireForm> events = new HashMap<>();
  private final LinkTable links = new LinkTable(this);
  private final Runnable takeTurns = this::takeTurns;
  private final Runnable uncork = this::uncork;
  private HeldBytes held = new HeldBytes();
  private @Nullable Shard shard;
  private Connection[] connections = new Connection[16];
  private int count;
  private int swept;
  private int tick = 1;
  private boolean inRound;
  private boolean uncorkPosted;
  private long grown;

  private record FormKey(Protocol protocol, int windowBits, int threshold) {}

  /**
   * A loop without a shard.
   *
   * @param mailbox the way back into this loop
   * @param clock tells conversations the time
   * @param masks for frames sent by clients; unpredictable to the application's users
   * @param compressionLevel 1 (fast) to 9 (small)
   * @param faults is told what went wrong on this side; the connection that it struck is closed
   */
  public Loop(
      Mailbox mailbox,
      InstantSource clock,
      RandomGenerator masks,
      int compressionLevel,
      Consumer<RuntimeException> faults) {
    this.mailbox = mailbox;
    this.faults = faults;
    this.clock = clock;
    this.masks = masks;
    this.compressors = new Compressors(compressionLevel);
  }

  /** Gives the loop its shard, which it drives from now on. */
  public void serve(Shard ownShard) {
    shard = ownShard;
    held = ownShard.held();
    ownShard.shedConnectionsWith(this::shed);
  }

  /** A connection that has come in. */
  public Connection accept(Socket socket, Peer peer, Door door, ConnectionSettings settings) {
    Connection connection = new Connection(this, socket);
    connection.enter(new RequestStage(connection, settings, door, peer));
    add(connection);
    return connection;
  }

  /**
   * A connection that has gone out: sends the handshake's request.
   *
   * @param handler is told when it is open and what comes
   * @param failed is told, instead, why it did not open
   */
  public Connection connect(
      Socket socket,
      ClientHandshake handshake,
      ConnectionSettings settings,
      Handler handler,
      Consumer<HandshakeFailure> failed) {
    Connection connection = new Connection(this, socket);
    add(connection);
    ResponseStage stage = new ResponseStage(connection, settings, handshake, handler, failed);
    connection.enter(stage);
    stage.begin();
    return connection;
  }

  /** A stream without a link of its own, whose bytes are fetched from the socket. */
  void open(FetchedSocket socket, Application.Rooms rooms, ConnectionSettings settings) {
    Connection connection = new Connection(this, socket);
    socket.connection(connection);
    add(connection);
    new StreamStage(connection, settings, rooms, HttpFields.NONE, socket).open();
  }

  /** Lets time pass for every connection and for the shard. */
  public void tick() {
    tick++;
    inRound = true;
    tickShard();
    int due = (count + SWEEP_TICKS - 1) / SWEEP_TICKS;
    for (int i = 0; i < due && count > 0; i++) {
      swept = swept >= count - 1 ? 0 : swept + 1;
      tick(connections[swept]);
    }
    endRound();
  }

  private void tickShard() {
    Shard ticking = shard;
    try {
      if (ticking != null) {
        ticking.tick();
      }
    } catch (RuntimeException fault) {
      faults.accept(fault); // time has to go on for the others
    }
  }

  /** A connection holds more, or less. */
  void holds(HeldBytes.Kind kind, int more) {
    held.add(kind, more);
    grown += Math.max(0, more);
    Shard own = shard;
    if (grown > LOOKED_AT_EVERY && own != null) {
      grown = 0;
      mailbox.post(own::keepWithinBudget);
    }
  }

  private long shed(long bytes) {
    List<Connection> largest = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (connections[i].weight() >= SHED_FROM) {
        largest.add(connections[i]);
      }
    }
    largest.sort(Comparator.comparingInt(Connection::weight).reversed());
    long freed = 0;
    for (int i = 0; i < largest.size() && freed < bytes; i++) {
      freed += largest.get(i).weight();
      largest.get(i).shed();
      traffic.shed();
    }
    return freed;
  }

  private void tick(Connection connection) {
    try {
      connection.tick(tick);
    } catch (RuntimeException fault) {
      struck(connection, fault);
    }
  }

  /** What has gone over this loop's connections. Safe for use by many threads. */
  public Traffic traffic() {
    return traffic;
  }

  /** How many links there are, those handed over to HTTP left out. */
  public int connectionCount() {
    return count;
  }

  /** Ends every connection, WebSockets with this close code, after what was sent. */
  public void closeAll(Disconnect why) {
    for (Connection connection : List.of(Arrays.copyOf(connections, count))) {
      connection.leave(why);
    }
    endRound();
  }

  /** Frees native memory. Every connection must have ended. */
  @Override
  public void close() {
    compressors.close();
  }

  // -- For the connections -----------------------------------------------------------------------

  Cork cork() {
    return cork;
  }

  Compressors compressors() {
    return compressors;
  }

  RandomGenerator masks() {
    return masks;
  }

  long now() {
    return clock.millis();
  }

  int tickNumber() {
    return tick;
  }

  Shard shard() {
    Shard own = shard;
    if (own == null) {
      throw new IllegalStateException("a door leads to rooms, but the loop was given no shard");
    }
    return own;
  }

  /**
   * The form in which a protocol's readers get messages.
   *
   * @param windowBits of the server's agreed compression window, 0 without compression: readers
   *     with the same share their bytes
   */
  WireForm form(Protocol protocol, int windowBits, int threshold) {
    return forms.computeIfAbsent(
        new FormKey(protocol, windowBits, windowBits == 0 ? 0 : threshold),
        key ->
            new WebSocketForm(
                protocol.encoding(),
                windowBits == 0 ? null : new SharedCompression(compressors),
                threshold,
                1 << windowBits));
  }

  /** The form in which a protocol's readers get messages in event streams. */
  WireForm events(Streaming streaming) {
    return events.computeIfAbsent(streaming, EventForm::new);
  }

  /** The streams that can be reached from beside. */
  LinkTable links() {
    return links;
  }

  /** Has something done on this loop, soon. Safe for use by many threads. */
  void later(Runnable task) {
    mailbox.post(() -> guarded(task));
  }

  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException fault) {
      faults.accept(fault);
    }
  }

  void beginRound() {
    inRound = true;
  }

  void endRound() {
    inRound = false;
    cork.flush();
  }

  /** Something was gathered. Outside of a round nobody would send it, so that is seen to here. */
  void corked() {
    if (!inRound && !uncorkPosted) {
      uncorkPosted = true;
      mailbox.post(uncork);
    }
  }

  private void uncork() {
    uncorkPosted = false;
    cork.flush();
  }

  /** The connection has bytes left over from its share, and goes on behind the others. */
  void queueTurn(Connection connection) {
    turns.add(connection);
    if (turns.size() == 1) {
      mailbox.post(takeTurns);
    }
  }

  private void takeTurns() {
    beginRound();
    for (int i = turns.size(); i > 0; i--) {
      Connection next = turns.element();
      try {
        next.turn();
      } catch (RuntimeException fault) {
        struck(next, fault);
      } finally {
        turns.remove();
      }
    }
    endRound();
    if (!turns.isEmpty()) {
      mailbox.post(takeTurns);
    }
  }

  /** A fault of this side's own ends the connection that it struck, and no other. */
  private void struck(Connection connection, RuntimeException fault) {
    faults.accept(fault);
    connection.leave(Disconnect.INTERNAL);
  }

  private void add(Connection connection) {
    if (count == connections.length) {
      connections = Arrays.copyOf(connections, count * 2);
    }
    connection.index = count;
    connections[count++] = connection;
    traffic.open();
  }

  void remove(Connection connection) {
    Connection last = connections[--count];
    connections[connection.index] = last;
    last.index = connection.index;
    Arrays.fill(connections, count, count + 1, null);
    traffic.end();
  }
}
