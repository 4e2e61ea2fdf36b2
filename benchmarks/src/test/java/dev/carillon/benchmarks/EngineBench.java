package dev.carillon.benchmarks;

import dev.carillon.websocket.Compressors;
import dev.carillon.websocket.Deflate;
import dev.carillon.websocket.DeflateAgreement;
import dev.carillon.websocket.DeflatePolicy;
import dev.carillon.websocket.Engine;
import dev.carillon.websocket.Incoming;
import dev.carillon.websocket.Limits;
import dev.carillon.websocket.Receiver;
import dev.carillon.websocket.SharedCompression;
import dev.carillon.websocket.bytes.Mask;
import dev.carillon.websocket.bytes.Utf8Check;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The engine's inner loops, on messages of one size in one direct buffer. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EngineBench {
  private static final int KEY = 0x37fa213d;

  /** Bytes of a message. */
  @Param({"32", "1024", "16384"})
  public int size;

  private final Compressors compressors = new Compressors(6);
  private final ByteBuffer out = ByteBuffer.allocateDirect(1 << 20);
  private long taken;
  private ByteBuffer text;
  private ByteBuffer accented;
  private ByteBuffer frame;
  private ByteBuffer unmasked;
  private Engine echo;
  private Engine deflating;
  private SharedCompression shared;

  private final Receiver answering =
      incoming -> {
        if (incoming instanceof Incoming.Text(var utf8)) {
          taken += utf8.bytes().remaining();
          echo.text(utf8.bytes());
        }
      };

  /** Makes the messages. */
  @Setup
  public void prepare() {
    text = ByteBuffer.allocateDirect(size);
    var words = new SplittableRandom(3);
    while (text.hasRemaining()) {
      byte[] word = (" word" + words.nextInt(500)).getBytes(StandardCharsets.US_ASCII);
      text.put(word, 0, Math.min(word.length, text.remaining()));
    }
    text.flip();
    accented = ByteBuffer.allocateDirect(size);
    accented.put("é".repeat(size / 2).getBytes(StandardCharsets.UTF_8)).flip();
    int header = size < 126 ? 6 : 8;
    frame = ByteBuffer.allocateDirect(header + size).put((byte) 0x81);
    if (size < 126) {
      frame.put((byte) (0x80 | size));
    } else {
      frame.put((byte) 0xfe).putShort((short) size);
    }
    frame.putInt(KEY).put(text.duplicate()).flip();
    unmasked = ByteBuffer.allocateDirect(size);
    echo = Engine.server(Limits.DEFAULT, null, bytes -> out.clear());
    deflating =
        Engine.server(
            Limits.DEFAULT,
            Deflate.server(
                new DeflateAgreement(false, false, 12, 12), DeflatePolicy.DEFAULT, compressors),
            bytes -> out.clear());
    shared = new SharedCompression(compressors);
  }

  /** Frees native memory. */
  @TearDown
  public void close() {
    compressors.close();
  }

  /** Finds the frame, unmasks and checks it, and frames the answer. */
  @Benchmark
  public long parseAndAnswer() {
    // What was unmasked in place is masked again by the same key.
    echo.receive(frame.clear(), answering);
    Mask.apply(frame, frame.capacity() - size, size, KEY);
    return taken;
  }

  /** Unmasks, and sees whether all is ASCII. */
  @Benchmark
  public boolean unmask() {
    return Mask.apply(unmasked, 0, size, KEY);
  }

  /** Checks text of ASCII alone. */
  @Benchmark
  public int utf8Ascii() {
    return Utf8Check.after(Utf8Check.DONE, text, 0, size);
  }

  /** Checks text without any ASCII. */
  @Benchmark
  public int utf8Accented() {
    return Utf8Check.after(Utf8Check.DONE, accented, 0, size);
  }

  /** Frames an answer. */
  @Benchmark
  public int frame() {
    echo.text(text);
    return out.position();
  }

  /** Compresses a message for one connection, in its own context. */
  @Benchmark
  public int deflateOwn() {
    deflating.text(text);
    return out.position();
  }

  /** Compresses a message for all. */
  @Benchmark
  public Object deflateShared() {
    return shared.compress(text);
  }
}
