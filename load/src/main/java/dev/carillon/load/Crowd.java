package dev.carillon.load;

import dev.carillon.websocket.ClientHandshake;
import dev.carillon.websocket.ClientTerms;
import dev.carillon.websocket.DeflateTerms;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All connections of a run, on one selector, and what they count. Confined to the run's thread. */
final class Crowd implements AutoCloseable {
  static final int READ_BYTES = 256 << 10;

  /** How many connections with compression look into their frames, which costs the generator. */
  private static final int SAMPLE = 16;

  /** So many connections leave from one address of the loopback network, when none is named. */
  private static final int A_SOURCE = 10_000;

  private static final SecureRandom KEYS = new SecureRandom();

  private final Target target;
  private final InetSocketAddress server;
  private final String name;
  private final Selector selector;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES + 4096);
  private final Consumer<SelectionKey> ready = this::ready;
  private final List<Client> clients = new ArrayList<>();
  private final Map<String, Integer> refusals = new TreeMap<>();
  private final Map<String, Integer> endings = new TreeMap<>();
  private Course course = Course.SILENT;
  private ClientHandshake.Outcome.@Nullable Agreed agreed;
  private int open;
  private int pending;

  final StampReader stamps = new StampReader();
  final ByteBuffer inflated = ByteBuffer.allocateDirect(READ_BYTES);
  final Histogram openings = new Histogram();
  final Histogram latencies = new Histogram();
  long measuredFrom = Long.MAX_VALUE;

  /** When what is being looked at was read. */
  long readAt;

  long sent;
  long received;
  long bytesReceived;
  long lost;
  long repeated;
  long strays;
  long unlooked;
  long compressedBytes;
  long plainBytes;

  Crowd(Target target, String name) throws IOException {
    this.target = target;
    this.name = name;
    URI uri = uri(0);
    this.server = address(uri);
    this.selector = Selector.open();
  }

  private static InetSocketAddress address(URI uri) {
    if (!"ws".equalsIgnoreCase(uri.getScheme()) && !"http".equalsIgnoreCase(uri.getScheme())) {
      throw new LoadException(
          "a load is generated without TLS: give an address that begins with ws://");
    }
    int port = uri.getPort() < 0 ? 80 : uri.getPort();
    InetSocketAddress address = new InetSocketAddress(String.valueOf(uri.getHost()), port);
    if (address.isUnresolved()) {
      throw new LoadException("no address is known for the host " + uri.getHost());
    }
    return address;
  }

  Target target() {
    return target;
  }

  Course course() {
    return course;
  }

  void follow(Course next) {
    course = next;
  }

  List<Client> clients() {
    return clients;
  }

  int openCount() {
    return open;
  }

  int pendingCount() {
    return pending;
  }

  Map<String, Integer> refusals() {
    return refusals;
  }

  Map<String, Integer> endings() {
    return endings;
  }

  ClientHandshake.Outcome.@Nullable Agreed agreement() {
    return agreed;
  }

  String inRoom(String text, int room) {
    return text.replace("{room}", name + room);
  }

  private URI uri(int room) {
    try {
      return URI.create(inRoom(target.address(), room));
    } catch (IllegalArgumentException wrong) {
      throw new LoadException("this is no address: " + target.address());
    }
  }

  // -- Connections -------------------------------------------------------------------------------

  /** Begins to connect. */
  void dial(int room, int source, long now) {
    SocketChannel channel = null;
    try {
      channel = SocketChannel.open();
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      InetAddress from = source(clients.size());
      if (from != null) {
        channel.bind(new InetSocketAddress(from, 0));
      }
      Client client = new Client(this, clients.size(), room, source, channel, now);
      channel.connect(server);
      client.registered(channel.register(selector, SelectionKey.OP_CONNECT, client));
      clients.add(client);
      pending++;
    } catch (IOException refused) {
      count(refusals, String.valueOf(refused.getMessage()));
      close(channel);
    }
  }

  /**
   * An address has not ports enough for any number of connections; this machine has more of them.
   */
  private @Nullable InetAddress source(int number) throws IOException {
    List<InetAddress> sources = target.sources();
    if (!sources.isEmpty()) {
      return sources.get(number % sources.size());
    }
    byte[] host = server.getAddress().getAddress();
    int further = number / A_SOURCE;
    if (further == 0 || host.length != 4 || host[0] != 127) {
      return null;
    }
    return InetAddress.getByAddress(
        new byte[] {127, 0, (byte) (further / 250), (byte) (1 + further % 250)});
  }

  ClientHandshake handshake(int room) {
    var terms =
        new ClientTerms(
            target.dialect().subprotocols(),
            target.compression() ? DeflateTerms.LARGEST : null,
            null,
            target.fields());
    return ClientHandshake.request(uri(room), terms, KEYS);
  }

  void agreed(Client client, ClientHandshake.Outcome.Agreed answer) {
    agreed = answer;
  }

  boolean samples(Client client) {
    return client.number % Math.max(1, clients.size() / SAMPLE) == 0;
  }

  void opened(Client client) {
    pending--;
    open++;
    openings.record(System.nanoTime() - client.dialledAt);
  }

  void refused(Client client, String why) {
    pending--;
    count(refusals, why);
    over(client);
  }

  /** A connection has ended, which none should. */
  void ended(Client client, String how) {
    if (client.state == Client.State.OPEN) {
      open--;
      count(endings, how);
      course.left(client);
      over(client);
    } else if (client.state != Client.State.OVER) {
      refused(client, "closed while it was being opened, " + how);
    }
  }

  private static void over(Client client) {
    client.state = Client.State.OVER;
    close(client.channel);
  }

  private static void count(Map<String, Integer> by, String why) {
    by.merge(why, 1, Integer::sum);
  }

  private static void close(@Nullable SocketChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException gone) {
        // It is closed all the same.
      }
    }
  }

  // -- What comes --------------------------------------------------------------------------------

  /** A message that was to be sent at {@code time} has come. */
  void came(Client client, long sequence, long time) {
    if (sequence == client.expected || client.expected < 0) {
      client.expected = sequence + 1;
    } else if (sequence > client.expected) {
      lost += sequence - client.expected;
      client.expected = sequence + 1;
    } else {
      repeated++;
    }
    arrived(client);
    if (time >= measuredFrom) {
      latencies.record(Math.max(0, readAt - time));
    }
  }

  /** A message has come that is not looked into. */
  void unlooked(Client client) {
    client.expected++;
    unlooked++;
    arrived(client);
  }

  private void arrived(Client client) {
    received++;
    client.received++;
    client.answers++;
    course.arrived(client);
  }

  // -- The loop ----------------------------------------------------------------------------------

  /** Handles what is ready, and waits for it at most this long. */
  void turn(long millis) {
    try {
      if (millis <= 0) {
        selector.selectNow(ready);
      } else {
        selector.select(ready, millis);
      }
    } catch (IOException broken) {
      throw new LoadException("the system's selector failed: " + broken.getMessage());
    }
  }

  void wakeUp() {
    selector.wakeup();
  }

  private void ready(SelectionKey key) {
    Client client = (Client) key.attachment();
    try {
      if (client.state == Client.State.CONNECTING) {
        client.connected();
        return;
      }
      if (key.isWritable()) {
        client.writable();
      }
      if (key.isValid() && key.isReadable()) {
        client.readable(buffer);
      }
    } catch (IOException broken) {
      ended(client, String.valueOf(broken.getMessage()));
    }
  }

  @Override
  public void close() {
    for (Client client : clients) {
      close(client.channel);
    }
    try {
      selector.close();
    } catch (IOException gone) {
      // Nothing is lost with it.
    }
  }
}
