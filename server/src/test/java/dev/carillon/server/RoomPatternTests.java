package dev.carillon.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.RoomName;
import dev.carillon.core.RoomPolicy;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoomPatternTests {
  @ParameterizedTest
  @CsvSource({
    "chat/{id}, chat/lobby, true",
    "chat/{id}, chat, false",
    "chat/{id}, chat/a/b, false",
    "chat/{id}, chats/a, false",
    "chat/{rest...}, chat/a/b, true",
    "chat/{rest...}, chat, false",
    "{any...}, a, true",
    "{any...}, a/b/c, true",
    "{a}/x/{b}, 1/x/2, true",
    "{a}/x/{b}, 1/y/2, false",
    "news, news, true",
    "news, News, false",
  })
  void aRoomMatchesOrNot(String pattern, String room, boolean expected) {
    assertThat(RoomPattern.of(pattern).matches(RoomName.of(room))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "/a", "a/", "a//b", "a/{", "x{id}", "{}", "{a...}/b", "a b", "$x/{a b}"})
  void aFlawIsNamed(String pattern) {
    assertThat(RoomPattern.flaw(pattern)).isNotNull();
  }

  @Test
  void theFirstPatternThatMatchesCountsAndOthersHaveTheDefault() {
    var rooms = new LinkedHashMap<String, RoomSettings>();
    rooms.put("chat/vip", RoomSettings.DEFAULT.withMaxMessage(ByteSize.kib(1)));
    rooms.put("chat/{id}", RoomSettings.DEFAULT.withPresence(RoomPolicy.Presence.Mode.OFF));
    var rules = new RoomRules(rooms);

    assertThat(rules.of(RoomName.of("chat/vip")).limits().maxMessageBytes()).isEqualTo(1024);
    assertThat(rules.of(RoomName.of("chat/vip")).hasPresence()).isTrue();
    assertThat(rules.of(RoomName.of("chat/other")).hasPresence()).isFalse();
    assertThat(rules.of(RoomName.of("chat/other").presence()).hasPresence()).isFalse();
    assertThat(rules.of(RoomName.of("news"))).isEqualTo(RoomPolicy.DEFAULT);
  }
}
