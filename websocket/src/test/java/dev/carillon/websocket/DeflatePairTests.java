package dev.carillon.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A client and a server that talk to each other, whatever they have agreed on. */
@RfcSection("RFC 7692 7")
class DeflatePairTests {
  private final Compressors ofServer = new Compressors(6);
  private final Compressors ofClient = new Compressors(6);

  @AfterEach
  void close() {
    ofServer.close();
    ofClient.close();
  }

  static List<DeflateAgreement> agreements() {
    var all = new ArrayList<DeflateAgreement>();
    for (int server : new int[] {8, 9, 10, 12, 15}) {
      for (int client : new int[] {8, 9, 10, 12, 15}) {
        for (int alone = 0; alone < 4; alone++) {
          all.add(new DeflateAgreement((alone & 1) != 0, (alone & 2) != 0, server, client));
        }
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("agreements")
  void everythingArrivesAsItWasSent(DeflateAgreement agreement) {
    for (boolean own : new boolean[] {false, true}) {
      var policy = new DeflatePolicy(16, own);
      var random = new Random(Split.SEED + agreement.hashCode());
      var server =
          new EngineDriver(
              Split.RANDOM,
              out ->
                  Engine.server(Limits.DEFAULT, Deflate.server(agreement, policy, ofServer), out));
      var client =
          new EngineDriver(
              Split.RANDOM,
              true,
              out ->
                  Engine.client(
                      Limits.DEFAULT, Deflate.client(agreement, policy, ofClient), random, out));
      for (int i = 0; i < 25; i++) {
        exchange(server, client, random, agreement.serverWindowBits(), i);
        exchange(client, server, random, agreement.clientWindowBits(), i);
      }
      assertThat(server.engine.heldBytes()).isZero();
      server.engine.close(CloseCode.NORMAL, "");
      client.receive(server.sent.take());
      server.receive(client.sent.take());
      assertThat(server.events()).containsExactly(Event.closed(1000, ""));
      assertThat(client.events()).containsExactly(Event.closed(1000, ""));
    }
  }

  private void exchange(EngineDriver from, EngineDriver to, Random random, int bits, int turn) {
    var plain = turn == 12 ? Payloads.json(random, 70_000) : Payloads.any(random, 4000);
    switch (random.nextInt(4)) {
      case 0 -> parts(from.engine, plain, random);
      case 1 -> {
        if (from.engine.accepts(plain.length) && plain.length > 0) {
          shared(from, plain);
        } else {
          from.engine.binary(ByteBuffer.wrap(plain));
        }
      }
      default -> from.engine.binary(ByteBuffer.wrap(plain));
    }
    to.receive(from.sent.take());
    assertThat(to.events())
        .as("turn %d, window %d, seed %d", turn, bits, Split.SEED)
        .containsExactly(Event.binary(Hex.of(plain)));
    to.events().clear();
  }

  private static void parts(Engine engine, byte[] plain, Random random) {
    int at = 0;
    while (true) {
      int n = Math.min(plain.length - at, random.nextInt(1500));
      boolean last = at + n == plain.length && random.nextBoolean();
      engine.part(Opcode.BINARY, ByteBuffer.wrap(plain, at, n), last);
      at += n;
      if (last) {
        return;
      }
    }
  }

  /** As a rendition does it: compressed once, framed once, put past the engine. */
  private void shared(EngineDriver from, byte[] plain) {
    var compressed =
        new SharedCompression(from.masks ? ofClient : ofServer).compress(ByteBuffer.wrap(plain));
    if (compressed == null) {
      from.engine.binary(ByteBuffer.wrap(plain));
      return;
    }
    var payload = Hex.copy(compressed);
    var header = ByteBuffer.allocate(Frames.MAX_SERVER_HEADER);
    Frames.header(header, Opcode.BINARY, true, payload.length);
    from.engine.sentShared();
    var output = from.sent.reserve(header.position() + payload.length + maskBytes(from));
    frame(from, output, header, payload);
  }

  private static int maskBytes(EngineDriver from) {
    return from.masks ? 4 : 0;
  }

  private static void frame(
      EngineDriver from, ByteBuffer output, ByteBuffer header, byte[] payload) {
    var bytes = Arrays.copyOf(header.array(), header.position());
    if (from.masks) {
      bytes[1] |= (byte) 0x80;
      output.put(bytes).putInt(0).put(payload); // a mask of zeros masks nothing
    } else {
      output.put(bytes).put(payload);
    }
  }
}
