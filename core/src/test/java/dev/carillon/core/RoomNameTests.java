package dev.carillon.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoomNameTests {
  @ParameterizedTest
  @ValueSource(strings = {"a", "chat/lobby", "a.b_c~d:e@f+g=h-i/J9", "...", "a/...b"})
  void namesOfTheGrammarAreTaken(String name) {
    assertThat(RoomName.of(name).value()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "a/",
        "/a",
        "a//b",
        ".",
        "..",
        "a/../b",
        "a/.",
        "a b",
        "a\u0000",
        "ch\u0430t",
        "$presence/a",
        "a/*",
        "{x}",
        "a\\b",
        "a%2fb",
        "\u202ea"
      })
  void otherNamesAreRefusedWithASentence(String name) {
    assertThat(RoomName.flaw(name)).startsWith("a room name");
    assertThatThrownBy(() -> RoomName.of(name)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void twoHundredCharactersAreTakenAndOneMoreIsNot() {
    assertThat(RoomName.flaw("a".repeat(200))).isNull();
    assertThat(RoomName.flaw("a".repeat(201))).contains("201");
    assertThat(RoomName.flaw("a".repeat(10_000))).hasSizeLessThan(200);
  }

  @Test
  void aRoomAndItsCompanionPointAtEachOther() {
    RoomName room = RoomName.of("chat/lobby");
    assertThat(room.presence().isPresence()).isTrue();
    assertThat(room.presence().subject()).isEqualTo(room);
    assertThat(room.subject()).isSameAs(room);
  }
}
