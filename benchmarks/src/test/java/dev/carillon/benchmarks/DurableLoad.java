package dev.carillon.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Publishers that wait for {@code published} with a number of messages on their way, and one reader
 * a room that checks that offsets rise by one. Speaks Carillon's own protocol in JSON, with just
 * enough of a client to be cheap. Confined to one thread.
 */
final class DurableLoad implements AutoCloseable {
  /** What a stretch of time gave; times in milliseconds. */
  record Result(
      double messagesASecond,
      double answered50,
      double answered99,
      double delivered50,
      double delivered99,
      double delivered999,
      long refused) {}

  private static final byte[] MASK = {0x37, (byte) 0xfa, 0x21, 0x3d};
  private static final byte[] PUBLISHED = ascii("{\"op\":\"published\"");
  private static final byte[] MESSAGE = ascii("{\"op\":\"message\"");
  private static final byte[] REJECTED = ascii("{\"op\":\"rejected\"");
  private static final byte[] STAMP = ascii("\"@");
  private static final byte[] OFFSET = ascii("\"offset\":");
  private static final int DIGITS = 16;
  private static final HexFormat HEX = HexFormat.of();

  private final Selector selector = Selector.open();
  private final List<Peer> publishers = new ArrayList<>();
  private final List<Peer> readers = new ArrayList<>();
  private final ByteBuffer in = ByteBuffer.allocate(1 << 17);
  private final int pipelined;
  private final byte[] filler;
  private long[] answers = new long[1 << 16];
  private int answered;
  private long[] deliveries = new long[1 << 16];
  private int delivered;
  private long refused;
  private long measuredFrom = Long.MAX_VALUE;
  private boolean publishing;

  /** One connection. */
  private final class Peer {
    final SocketChannel channel;
    final String room;
    final byte[] head;
    final ByteBuffer out = ByteBuffer.allocate(1 << 18);
    byte[] rest = new byte[0];
    final long[] sentAt;
    long sequence;
    long confirmed;
    long expected;

    Peer(InetSocketAddress server, String name, String room, boolean reads) throws IOException {
      this.room = room;
      this.sentAt = new long[pipelined];
      head = ascii("{\"op\":\"publish\",\"room\":\"" + room + "\",\"publisher\":\"" + name + "\",");
      channel = SocketChannel.open(server);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.write(
          ByteBuffer.wrap(
              ascii(
                  "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                      + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                      + "Sec-WebSocket-Version: 13\r\n"
                      + "Sec-WebSocket-Protocol: carillon.v1.json\r\n\r\n")));
      until("\r\n\r\n");
      say("{\"op\":\"connect\",\"id\":1}");
      until("\"welcome\"");
      if (reads) {
        say("{\"op\":\"join\",\"id\":2,\"room\":\"" + room + "\"}");
        until("\"joined\"");
      }
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, this);
    }

    private void say(String text) throws IOException {
      begin(text.length());
      int at = out.position();
      out.put(ascii(text));
      mask(at);
      channel.write(out.flip());
      out.clear();
    }

    private void until(String wanted) throws IOException {
      var seen = new StringBuilder();
      while (seen.indexOf(wanted) < 0) {
        in.clear();
        if (channel.read(in) < 0) {
          throw new IOException("the server closed the connection after: " + seen);
        }
        seen.append(new String(in.array(), 0, in.position(), StandardCharsets.ISO_8859_1));
      }
    }

    private void begin(int length) {
      out.put((byte) 0x81);
      if (length < 126) {
        out.put((byte) (0x80 | length));
      } else {
        out.put((byte) 0xfe).putShort((short) length);
      }
      out.put(MASK);
    }

    private void mask(int from) {
      byte[] bytes = out.array();
      for (int i = from; i < out.position(); i++) {
        bytes[i] ^= MASK[i - from & 3];
      }
    }

    boolean isFull() {
      return sequence - confirmed >= pipelined || out.remaining() < 4096;
    }

    void publish(long due) {
      sequence++;
      sentAt[(int) (sequence % pipelined)] = due;
      byte[] numbers =
          ascii(
              "\"id\":"
                  + sequence
                  + ",\"incarnation\":1,\"sequence\":"
                  + sequence
                  + ",\"type\":\"text\",\"data\":\"@"
                  + HEX.toHexDigits(due));
      begin(head.length + numbers.length + filler.length + 2);
      int at = out.position();
      out.put(head).put(numbers).put(filler).put((byte) '"').put((byte) '}');
      mask(at);
    }

    void flush() throws IOException {
      if (out.position() > 0) {
        channel.write(out.flip());
        out.compact();
      }
    }

    void read() throws IOException {
      in.clear();
      in.put(rest);
      int count = channel.read(in);
      if (count < 0) {
        throw new IOException("the server closed the connection of " + room);
      }
      long now = System.nanoTime();
      byte[] bytes = in.array();
      int at = 0;
      int end = in.position();
      while (end - at >= 2) {
        int length = bytes[at + 1] & 0x7f;
        int header = 2;
        if (length == 126 && end - at >= 4) {
          length = (bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff;
          header = 4;
        } else if (length >= 126) {
          if (length == 127 && end - at >= 10) {
            throw new IOException("a frame of 64 KiB or more");
          }
          break;
        }
        if (end - at < header + length) {
          break;
        }
        if (bytes[at] == (byte) 0x81) {
          took(bytes, at + header, at + header + length, now);
        }
        at += header + length;
      }
      rest = Arrays.copyOfRange(bytes, at, end);
    }

    private void took(byte[] bytes, int from, int end, long now) throws IOException {
      if (begins(bytes, from, end, PUBLISHED)) {
        confirmed++;
        answered(now - sentAt[(int) (confirmed % pipelined)]);
      } else if (begins(bytes, from, end, MESSAGE)) {
        message(bytes, from, end, now);
      } else if (begins(bytes, from, end, REJECTED)) {
        refused++;
        throw new IOException(
            "refused: " + new String(bytes, from, end - from, StandardCharsets.UTF_8));
      }
    }

    private void message(byte[] bytes, int from, int end, long now) throws IOException {
      long offset = 0;
      for (int i = find(bytes, from, end, OFFSET); bytes[i] >= '0' && bytes[i] <= '9'; i++) {
        offset = offset * 10 + bytes[i] - '0';
      }
      if (expected != 0 && offset != expected) {
        throw new IOException("offset " + offset + " where " + expected + " was due in " + room);
      }
      expected = offset + 1;
      int stamp = find(bytes, from, end, STAMP);
      long due = 0;
      for (int i = stamp; i < stamp + DIGITS; i++) {
        due = due << 4 | Character.digit(bytes[i], 16);
      }
      if (due >= measuredFrom) {
        if (delivered == deliveries.length) {
          deliveries = Arrays.copyOf(deliveries, 2 * delivered);
        }
        deliveries[delivered++] = now - due;
      }
    }
  }

  /**
   * Connects.
   *
   * @param publishers how many there are
   * @param pipelined what each may have on its way
   * @param rooms over how many rooms they are spread; each has a reader
   */
  DurableLoad(int port, int publishers, int pipelined, int rooms, int bytes) throws IOException {
    this.pipelined = pipelined;
    filler = ascii("x".repeat(bytes - DIGITS - 1));
    var server = new InetSocketAddress("127.0.0.1", port);
    String run = Long.toString(System.nanoTime(), 36);
    for (int i = 0; i < rooms; i++) {
      readers.add(new Peer(server, "r" + i, "bench/" + i, true));
    }
    for (int i = 0; i < publishers; i++) {
      this.publishers.add(new Peer(server, run + "-" + i, "bench/" + i % rooms, false));
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static boolean begins(byte[] bytes, int from, int end, byte[] with) {
    return end - from >= with.length
        && Arrays.equals(bytes, from, from + with.length, with, 0, with.length);
  }

  /** Behind the first occurrence. */
  private static int find(byte[] bytes, int from, int end, byte[] wanted) throws IOException {
    for (int i = from; i <= end - wanted.length; i++) {
      if (begins(bytes, i, end, wanted)) {
        return i + wanted.length;
      }
    }
    throw new IOException("no " + new String(wanted, StandardCharsets.US_ASCII));
  }

  private void answered(long nanos) {
    if (measuredFrom == Long.MAX_VALUE) {
      return;
    }
    if (answered == answers.length) {
      answers = Arrays.copyOf(answers, 2 * answered);
    }
    answers[answered++] = nanos;
  }

  /**
   * Publishes for some time.
   *
   * @param rate messages a second, due whether or not the server keeps up; 0 as fast as it answers
   */
  Result run(double warmUpSeconds, double seconds, double rate) throws IOException {
    answered = 0;
    delivered = 0;
    measuredFrom = Long.MAX_VALUE;
    publishing = true;
    long began = System.nanoTime();
    long from = began + (long) (warmUpSeconds * 1e9);
    long end = from + (long) (seconds * 1e9);
    Pace pace = new Pace(rate, began);
    long now = began;
    while (now < end) {
      if (now >= from && measuredFrom == Long.MAX_VALUE) {
        measuredFrom = now;
      }
      pace.publish(now);
      turn(1);
      now = System.nanoTime();
    }
    int counted = answered;
    publishing = false;
    long patience = System.nanoTime() + 20_000_000_000L;
    while (publishers.stream().anyMatch(each -> each.confirmed < each.sequence)) {
      turn(10);
      if (System.nanoTime() > patience) {
        throw new IOException("publishes are not answered");
      }
    }
    double took = (end - measuredFrom) / 1e9;
    Arrays.sort(answers, 0, counted);
    Arrays.sort(deliveries, 0, delivered);
    return new Result(
        counted / took,
        at(answers, counted, 0.5),
        at(answers, counted, 0.99),
        at(deliveries, delivered, 0.5),
        at(deliveries, delivered, 0.99),
        at(deliveries, delivered, 0.999),
        refused);
  }

  private static double at(long[] sorted, int count, double share) {
    return count == 0 ? Double.NaN : sorted[(int) (share * (count - 1))] / 1e6;
  }

  /** Lets publishers publish that may. */
  private final class Pace {
    private final double rate;
    private final long began;
    private long published;
    private int next;

    Pace(double rate, long began) {
      this.rate = rate;
      this.began = began;
    }

    void publish(long now) throws IOException {
      if (rate == 0) {
        for (Peer peer : publishers) {
          while (!peer.isFull()) {
            peer.publish(now);
          }
        }
      } else {
        long due = (long) ((now - began) / 1e9 * rate);
        int full = 0;
        while (published < due && full < publishers.size()) {
          Peer peer = publishers.get(next);
          next = next + 1 == publishers.size() ? 0 : next + 1;
          if (peer.isFull()) {
            full++;
          } else {
            full = 0;
            peer.publish(began + (long) (published++ / rate * 1e9));
          }
        }
      }
      for (Peer peer : publishers) {
        peer.flush();
      }
    }
  }

  private void turn(long millis) throws IOException {
    selector.select(millis);
    for (SelectionKey key : selector.selectedKeys()) {
      ((Peer) key.attachment()).read();
    }
    selector.selectedKeys().clear();
    if (!publishing) {
      for (Peer peer : publishers) {
        peer.flush();
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Peer peer : publishers) {
      peer.channel.close();
    }
    for (Peer peer : readers) {
      peer.channel.close();
    }
    selector.close();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%d publishers, %d readers", publishers.size(), readers.size());
  }
}
