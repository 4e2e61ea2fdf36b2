package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapWatchTests {
  private static final long MIB = 1 << 20;

  @Test
  void aSmallHeapIsLeftAlone() {
    assertThat(HeapWatch.isDue(0, 60 * MIB)).isFalse();
    assertThat(HeapWatch.isDue(20 * MIB, 120 * MIB)).isFalse();
  }

  @Test
  void itIsCollectedWhenTwoThirdsMayBeGarbage() {
    assertThat(HeapWatch.isDue(0, 65 * MIB)).isTrue();
    assertThat(HeapWatch.isDue(30 * MIB, 155 * MIB)).isTrue();
    assertThat(HeapWatch.isDue(1000 * MIB, 3000 * MIB)).isFalse();
    assertThat(HeapWatch.isDue(1000 * MIB, 3100 * MIB)).isTrue();
  }
}
