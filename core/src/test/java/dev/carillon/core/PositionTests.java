package dev.carillon.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTests {
  @Test
  void aPositionReadsBackWhatItWrote() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 1000; i++) {
      Position position = new Position(Epoch.random(random), random.nextLong(Long.MAX_VALUE / 20));
      assertThat(Position.parse(position.toString())).isEqualTo(position);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "1",
        "00000000000000000000000000000000",
        "00000000000000000000000000000000:",
        "00000000000000000000000000000000:-1",
        "00000000000000000000000000000000:1x",
        "0000000000000000000000000000000G:1",
        "0000000000000000000000000000000:11",
        "00000000000000000000000000000000:99999999999999999999",
        "00000000000000000000000000000000:9223372036854775808"
      })
  void whatIsNoPositionGivesNull(String text) {
    assertThat(Position.parse(text)).isNull();
  }
}
