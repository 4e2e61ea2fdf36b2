package dev.carillon.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonScanTests {
  private static boolean wellFormed(String json) {
    return wellFormed(json.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean wellFormed(byte[] json) {
    return JsonScan.wellFormed(json, 0, json.length, 64);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "12",
        "-1.5",
        "1e9",
        "1E-9",
        "0.0e+1",
        "\"\"",
        "\"é😀\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00Ff\"",
        "\"\\ud800\"",
        "[]",
        "{}",
        " [ 1 , [ ] , { } ] ",
        "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"a\":2}",
        "\t\r\n 1 \n",
        "[[],[[]],{\"\":[]}]"
      })
  void oneValueIsTaken(String json) {
    assertThat(wellFormed(json)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "nul",
        "nulL",
        "True",
        "01",
        "-",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "0x1",
        "NaN",
        "--1",
        "1 2",
        "\"",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\n\"",
        "'a'",
        "[",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1}",
        "{",
        "}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1]",
        "[]]",
        "{}}",
        "// x\n1",
        "\u00a01",
        "\ufeff1"
      })
  void anythingElseIsNot(String json) {
    assertThat(wellFormed(json)).isFalse();
  }

  @Test
  void theDepthLimitCountsContainersOfBothKinds() {
    assertThat(wellFormed("[{\"a\":".repeat(32) + "1" + "}]".repeat(32))).isTrue();
    assertThat(wellFormed("[".repeat(65) + "]".repeat(65))).isFalse();
    assertThat(JsonScan.wellFormed(ByteBuffer.wrap("[[1]]".getBytes(StandardCharsets.UTF_8)), 1))
        .isFalse();
    assertThat(JsonScan.wellFormed(ByteBuffer.wrap("7".getBytes(StandardCharsets.UTF_8)), 0))
        .isTrue();
  }

  @Test
  void aMillionOpenBracketsCostNothing() {
    assertThat(wellFormed("[".repeat(1_000_000))).isFalse();
  }

  @Test
  void numbersMayHaveAnyLength() {
    assertThat(wellFormed("9".repeat(10_000))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"22ff22", "22c080 22", "22eda08022", "22f4908080 22", "22e28222", "22c3"})
  void invalidUtf8IsNoJson(String hex) {
    assertThat(wellFormed(Hex.bytes(hex))).isFalse();
  }

  @Test
  void aBufferIsLeftAsItWas() {
    var direct = ByteBuffer.allocateDirect(8).put("x[1]y".getBytes(StandardCharsets.UTF_8));
    direct.position(1).limit(4);
    assertThat(JsonScan.wellFormed(direct, 64)).isTrue();
    assertThat(direct.position()).isEqualTo(1);
    assertThat(JsonScan.wellFormed(direct.asReadOnlyBuffer(), 64)).isTrue();
  }
}
