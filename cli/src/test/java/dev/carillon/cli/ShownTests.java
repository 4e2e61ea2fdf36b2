package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownTests {
  @Test
  void plainTextStaysAsItIs() {
    String text = "Grüße, 世界 😀";
    assertThat(Shown.line(text)).isSameAs(text);
  }

  @ParameterizedTest
  @CsvSource({
    "27, 001b",
    "7, 0007",
    "127, 007f",
    "155, 009b",
    "8238, 202e",
    "8203, 200b",
    "0, 0000"
  })
  void whatATerminalWouldObeyIsSpelledOut(int c, String shown) {
    assertThat(Shown.line("a" + (char) c + "b")).isEqualTo("a\\u" + shown + "b");
  }

  @Test
  void oneMessageIsOneLine() {
    assertThat(Shown.line("a\r\nb\tc")).isEqualTo("a\\r\\nb\\tc");
  }
}
