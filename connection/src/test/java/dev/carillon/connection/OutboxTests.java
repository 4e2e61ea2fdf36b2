package dev.carillon.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.websocket.Engine;
import dev.carillon.websocket.Frames;
import dev.carillon.websocket.Incoming;
import dev.carillon.websocket.Limits;
import dev.carillon.websocket.Opcode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two sources of frames, a socket that takes what it likes, and a peer that decodes the stream. */
class OutboxTests {
  private static final int STEPS = 400;

  static List<Long> seeds() {
    List<Long> seeds = new ArrayList<>();
    for (long seed = 1; seed <= 40; seed++) {
      seeds.add(seed);
    }
    return seeds;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void nothingIsLostDoubledOrPutInsideAFrame(long seed) {
    Run run = new Run(new Random(seed));
    for (int i = 0; i < STEPS; i++) {
      run.step();
    }
    run.finish();

    assertThat(run.received.stream().filter(text -> text.startsWith("shard")).toList())
        .isEqualTo(run.shardSent);
    assertThat(run.received.stream().filter(text -> text.startsWith("own")).toList())
        .isEqualTo(run.ownSent);
    assertThat(run.outbox.blocked()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void bytesThatTheCorkCannotHoldAreSentAsWell(long seed) {
    Run run = new Run(new Random(seed));
    byte[] bytes = new byte[2 * Cork.BYTES + run.random.nextInt(Cork.BYTES)];
    run.random.nextBytes(bytes);
    ByteBuffer put = ByteBuffer.wrap(bytes);
    run.outbox.put(put);
    run.outbox.flush();
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    do {
      run.writable();
      sent.writeBytes(run.socket.takeAll());
    } while (run.outbox.blocked());

    assertThat(put.hasRemaining()).isFalse();
    assertThat(sent.toByteArray()).isEqualTo(bytes);
  }

  private static final class Run {
    private final Random random;
    private final TestMailbox mailbox = new TestMailbox();
    private final Loop loop;
    private final MemorySocket socket = new MemorySocket();
    private final Outbox outbox;
    private final MemorySocket otherSocket = new MemorySocket();
    private final Outbox other;
    private final Engine engine;
    private final Engine peer;
    private final List<String> shardSent = new ArrayList<>();
    private final List<String> ownSent = new ArrayList<>();
    private final List<String> received = new ArrayList<>();

    /** What the shard has framed and not got rid of, and whether its first frame is half sent. */
    private ByteBuffer slice = ByteBuffer.allocate(0);

    private int restOfFrame;
    private boolean shardWaits;

    Run(Random random) {
      this.random = random;
      this.loop = new Loop(mailbox, InstantSource.system(), random, 6, Run::failed);
      this.outbox = new Outbox(loop, socket);
      this.other = new Outbox(loop, otherSocket);
      this.engine = Engine.server(Limits.DEFAULT, null, outbox);
      this.peer = Engine.client(Limits.DEFAULT, null, random, bytes -> ByteBuffer.allocate(bytes));
      socket.takes = offered -> random.nextInt(3) > 0 ? offered : random.nextInt(offered + 1);
    }

    private static void failed(RuntimeException fault) {
      throw fault;
    }

    void step() {
      switch (random.nextInt(8)) {
        case 0, 1 -> send();
        case 2, 3, 4 -> deliver();
        case 5 -> outbox.flush();
        case 6 -> {
          other.put(ByteBuffer.wrap(new byte[random.nextInt(100) + 1]));
          mailbox.runAll();
        }
        default -> writable();
      }
      receive();
    }

    private void send() {
      if (outbox.waiting() < 200_000) {
        String text = "own" + ownSent.size() + "-".repeat(size());
        ownSent.add(text);
        engine.text(text);
      }
    }

    /** As a session: a slice of whole frames, or the rest of a frame that was cut. */
    private void deliver() {
      if (shardWaits) {
        return;
      }
      if (!slice.hasRemaining()) {
        slice = frames();
      }
      int offered = restOfFrame > 0 ? restOfFrame : slice.remaining();
      int taken = outbox.offer(slice.slice(slice.position(), offered));
      assertThat(taken).isBetween(0, offered);
      int start = slice.position();
      slice.position(start + taken);
      restOfFrame = restOfFrame > 0 ? restOfFrame - taken : restAfterCut(start, taken);
      shardWaits = taken < offered;
    }

    private int restAfterCut(int start, int taken) {
      int at = start;
      while (at < start + taken) {
        int length = slice.get(at + 1) & 0x7f;
        at +=
            length < 126
                ? 2 + length
                : length == 126
                    ? 4 + (slice.getShort(at + 2) & 0xffff)
                    : 10 + (int) slice.getLong(at + 2);
      }
      return at - start - taken;
    }

    private ByteBuffer frames() {
      ByteBuffer frames = ByteBuffer.allocateDirect(400_000);
      for (int i = random.nextInt(4); i >= 0; i--) {
        String text = "shard" + shardSent.size() + "-".repeat(size());
        shardSent.add(text);
        Frames.header(frames, Opcode.TEXT, false, text.length());
        frames.put(text.getBytes(StandardCharsets.UTF_8));
      }
      return frames.flip();
    }

    private int size() {
      return random.nextInt(10) == 0 ? random.nextInt(80_000) : random.nextInt(300);
    }

    /** As a transport, followed by what a connection does with it. */
    private void writable() {
      if (socket.shortened) {
        socket.shortened = false;
        if (outbox.drain()) {
          shardWaits = false;
        }
      }
    }

    private void receive() {
      ByteBuffer in = ByteBuffer.wrap(socket.takeAll());
      peer.receive(in, this::take);
      assertThat(peer.failed()).as(() -> "" + peer.violation()).isFalse();
    }

    private void take(Incoming incoming) {
      assertThat(incoming).isInstanceOf(Incoming.Text.class);
      if (incoming instanceof Incoming.Text(var text)) {
        received.add(text.toString());
      }
    }

    void finish() {
      for (int i = 0; i < 1000; i++) {
        writable();
        outbox.flush();
        if (slice.hasRemaining()) {
          deliver();
        }
        receive();
      }
    }
  }
}
