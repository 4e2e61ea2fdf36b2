package dev.carillon.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TagExpressionTests {
  private static final Message MESSAGE =
      new Message(
          "id",
          "moved",
          Payload.EMPTY,
          null,
          0,
          Map.of("color", "red", "size", "x'l"),
          "k",
          0,
          0,
          true);

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "tags.color == \"red\";true",
        "tags.color=='red';true",
        "tags.color != 'red';false",
        "tags['color'] in ['blue', 'red'];true",
        "tags.color in [\"blue\"];false",
        "tags.size == 'x\\'l';true",
        "tags.none == '';false",
        "tags.none != 'a';true",
        "tags.none in [''];false",
        "'color' in tags;true",
        "!('none' in tags);true",
        "event == 'moved' && key == 'k';true",
        "event == 'x' || key == 'x' || tags.color == 'red';true",
        "event == 'x' && key == 'x' || tags.color == 'red';true",
        "event == 'x' && (key == 'x' || tags.color == 'red');false",
        "!!(event == 'moved');true"
      })
  void expressionsSayWhatTheyMean(String expression, boolean matches) {
    assertThat(TagExpression.compile(expression).matches(MESSAGE)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "tags",
        "tags.",
        "tags.a",
        "tags.a ==",
        "tags.a == b",
        "tags.a == 'b",
        "a == 'b'",
        "tags.a == 'b' &&",
        "tags.a == 'b' tags.c == 'd'",
        "(tags.a == 'b'",
        "tags.a in []",
        "tags.a in ['b'",
        "tags.a in 'b'",
        "'a' in",
        "'a' in tagsx",
        "tags.a = 'b'",
        "tags.a == '\\n'",
        "size(tags) > 1"
      })
  void whatIsNoExpressionIsRefusedWithItsPlace(String expression) {
    assertThatThrownBy(() -> TagExpression.compile(expression))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("filter, character ");
  }

  @Test
  void hugeAndDeepExpressionsAreRefusedBeforeTheyCostAnything() {
    assertThatThrownBy(() -> TagExpression.compile("(".repeat(900))).hasMessageContaining("deeper");
    assertThatThrownBy(() -> TagExpression.compile("!".repeat(900))).hasMessageContaining("deeper");
    assertThatThrownBy(() -> TagExpression.compile("x".repeat(100_000)))
        .hasMessageContaining("100000")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
    String many = "'a' in tags||".repeat(60) + "tags.a in ['b'" + ",'c'".repeat(20) + "]";
    assertThat(TagExpression.compile(many)).isNotNull();
  }

  @Test
  void anyInputIsAFilterOrASentence() {
    SplittableRandom random = new SplittableRandom(11);
    String alphabet = "tagsevntkyi .[]()'\"\\!=&|,ab";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(30); length > 0; length--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        TagExpression.compile(text.toString()).matches(MESSAGE);
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).startsWith("filter, ");
      }
    }
  }
}
