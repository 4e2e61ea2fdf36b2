package dev.carillon.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.spi.Bytes;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RenditionTests {
  private final SegmentPool pool = new SegmentPool(new HeldBytes());
  private final SplittableRandom random = new SplittableRandom(3);

  private static Entry entry(long offset) {
    Message message = new Message("id", null, Payload.EMPTY, null, 0, Map.of(), null, 0, 0, true);
    return new Entry(offset, message);
  }

  private static Bytes frame(int size, long offset) {
    Bytes frame = new Bytes(16);
    for (int i = 0; i < size; i++) {
      frame.put((int) (offset + i));
    }
    return frame;
  }

  @Test
  void everyFrameIsFoundWholeWhereTheIndexSays() {
    Rendition run = new Rendition(pool, 10);
    int[] sizes = new int[300];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = 1 + random.nextInt(i % 50 == 7 ? 40_000 : 900);
      run.append(entry(10 + i), frame(sizes[i], 10 + i));
    }
    assertThat(run.first()).isEqualTo(10);
    assertThat(run.end()).isEqualTo(310);
    for (int i = 0; i < sizes.length; i++) {
      long offset = 10 + i;
      Segment segment = run.segment(offset);
      ByteBuffer slice = segment.slice(segment.start(offset), offset + 1);
      assertThat(slice.remaining()).isEqualTo(sizes[i]);
      assertThat(slice.get(0)).isEqualTo((byte) offset);
      int inside = segment.start(offset) + random.nextInt(sizes[i]);
      assertThat(segment.offsetAt(inside)).isEqualTo(offset);
    }
  }

  @Test
  void memoryComesBackWhenTheLastHolderLetsGo() {
    Rendition run = new Rendition(pool, 1);
    run.append(entry(1), frame(100_000, 1));
    Segment held = run.segment(1);
    held.hold();
    long full = pool.bytes();
    run.restart(2);
    assertThat(pool.bytes()).isEqualTo(full);
    held.release();
    assertThat(pool.bytes()).isZero();
  }

  @Test
  void shrinkingDropsTheOldestSegmentsAndKeepsTheNewest() {
    Rendition run = new Rendition(pool, 1);
    for (int i = 1; i <= 1000; i++) {
      run.append(entry(i), frame(500, i));
    }
    run.shrinkTo(100_000);
    assertThat(run.bytes()).isLessThanOrEqualTo(100_000);
    assertThat(run.contains(1)).isFalse();
    assertThat(run.contains(1000)).isTrue();
    run.shrinkTo(0);
    assertThat(run.contains(1000)).isTrue();
  }
}
