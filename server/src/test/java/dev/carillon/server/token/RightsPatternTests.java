package dev.carillon.server.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RightsPatternTests {
  @ParameterizedTest
  @CsvSource({
    "chat/*, chat/a, true",
    "chat/*, chat, false",
    "chat/*, chat/a/b, false",
    "chat/*, chats/a, false",
    "chat/*, cha, false",
    "*, a, true",
    "*, a/b, false",
    "**, a, true",
    "**, a/b/c, true",
    "chat/**, chat/a/b, true",
    "chat/**, chat/a, true",
    "chat/**, chat, false",
    "*/b, a/b, true",
    "*/b, a/c, false",
    "a/*/c, a/b/c, true",
    "a/*/c, a/b/b, false",
    "{x}/b, a/b, true",
    "a/{x...}, a/b/c, true",
    "a, a, true",
    "a, ab, false",
    "ab, a, false",
    "**, $global, false",
    "*, $global, false",
    "*/a, $user/a, false",
    "$global, $global, true",
    "$user/*, $user/a, true"
  })
  void starsStandForSegments(String pattern, String room, boolean matches) {
    assertThat(RightsPattern.of(pattern).matches(room)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "a//b", "a*", "chat*/x", "**/a", "../a", "a b", "a/***", "$"})
  void whatIsNoPatternIsToldWhy(String pattern) {
    assertThatThrownBy(() -> RightsPattern.of(pattern))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("room");
  }
}
