package dev.carillon.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What a frame costs the garbage collector. */
@RfcSection("5.4")
class AllocationTests {
  private static final int FRAMES = 60_000;

  @Test
  void aFragmentAllocatesNothing() {
    var stream = ByteBuffer.allocateDirect(14 * FRAMES);
    for (int i = 0; i < FRAMES; i++) {
      stream.put(EngineDriver.masked(i == 0 ? 0x02 : 0x00, new byte[8]));
    }
    var engine =
        Engine.server(new Limits(1 << 20, 1 << 20, FRAMES), null, bytes -> ByteBuffer.allocate(64));
    long allocated = allocatedBy(engine, stream.flip());
    // The message itself, in chunks, and less than a byte a frame for what is loaded on the way.
    assertThat(engine.heldBytes()).isBetween(8 * FRAMES, 8 * FRAMES + (64 << 10));
    assertThat(allocated - engine.heldBytes()).isLessThan(FRAMES);
  }

  @Test
  void aMessageAllocatesItsEventAndItsView() {
    var stream = ByteBuffer.allocateDirect(38 * FRAMES);
    for (int i = 0; i < FRAMES; i++) {
      stream.put(EngineDriver.masked(0x81, Hex.bytes("61".repeat(32))));
    }
    var engine = Engine.server(Limits.DEFAULT, null, bytes -> ByteBuffer.allocate(64));
    long allocated = allocatedBy(engine, stream.flip());
    assertThat(allocated / FRAMES).isLessThanOrEqualTo(64);
  }

  private static long allocatedBy(Engine engine, ByteBuffer stream) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    engine.receive(stream, incoming -> {});
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
