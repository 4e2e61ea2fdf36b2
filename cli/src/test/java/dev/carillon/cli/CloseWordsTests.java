package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CloseWordsTests {
  @ParameterizedTest
  @CsvSource({
    "1000, normal",
    "1006, without a goodbye",
    "1009, larger than",
    "4401, connect again with a new token",
    "4999, application's own",
    "3500, registered"
  })
  void eachCodeIsExplained(int code, String words) {
    assertThat(CloseWords.meaning(code)).contains(words);
  }
}
