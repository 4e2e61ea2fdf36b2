package dev.carillon.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AudienceTests {
  private static final User ANN =
      new User(
          "ann",
          false,
          Map.of("role", "referee", "level", 5, "admin", true, "teams", List.of("red", "blue")));

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "claims.role == 'referee';true",
        "claims['role'] in ['player', 'referee'];true",
        "claims.level == 5;true",
        "claims.level == '5';false",
        "claims.level in [4, 6];false",
        "claims.level == -5;false",
        "claims.admin == true;true",
        "claims.admin != false;true",
        "'red' in claims.teams;true",
        "'green' in claims.teams;false",
        "'red' in claims.role;false",
        "'role' in claims;true",
        "'x' in claims || user == 'ann';true",
        "user != 'ann';false",
        "claims.none == '';false",
        "claims.none != 'a';true"
      })
  void expressionsSayWhatTheyMean(String expression, boolean meant) {
    assertThat(Audience.of(expression).includes(ANN)).isEqualTo(meant);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "true",
        "claims",
        "claims.a == 1.5",
        "claims.a == 1e3",
        "claims.a == 99999999999999999999",
        "tags.a == 'b'",
        "'a' in claims.b.c",
        "claims.a == 'b"
      })
  void whatIsNoExpressionIsToldWithThePlace(String expression) {
    assertThatThrownBy(() -> Audience.of(expression))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("filter, character ");
  }
}
