package dev.carillon.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonCodecTests {
  private final JsonCodec codec = new JsonCodec();

  private FromClient client(String json) {
    return codec.decodeClient(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)));
  }

  private FromServer server(String json) {
    return codec.decodeServer(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)));
  }

  private String json(ServerMessage message) {
    var sink = new ByteSink(16);
    codec.encode(message, sink);
    return new String(sink.toByteArray(), StandardCharsets.UTF_8);
  }

  @Test
  void jsonDataIsKeptByteForByte() {
    var publish =
        (ClientMessage.Publish)
            client(
                "{\"data\" : { \"b\":1e5,\n"
                    + "\"b\" : 1.50 } , \"type\":\"json\",\"op\":\"publish\",\"room\":\"r\"}");
    assertThat(publish.payload().string()).isEqualTo("{ \"b\":1e5,\n\"b\" : 1.50 }");
    assertThat(json(new ServerMessage.Message("r", new Entry(1, publish.payload(), 5))))
        .isEqualTo(
            "{\"op\":\"message\",\"room\":\"r\",\"offset\":1,\"type\":\"json\","
                + "\"data\":{ \"b\":1e5,\n\"b\" : 1.50 },\"time\":5}");
  }

  @Test
  void nullIsAbsentButForJsonData() {
    assertThat(client("{\"op\":\"leave\",\"id\":null,\"room\":\"r\"}"))
        .isEqualTo(new ClientMessage.Leave(0, "r"));
    assertThat(client("{\"op\":\"state\",\"room\":\"r\",\"type\":\"json\",\"data\":null}"))
        .isEqualTo(new ClientMessage.State(0, "r", Payload.json("null")));
    assertThat(client("{\"op\":\"state\",\"room\":\"r\",\"type\":null,\"data\":null}"))
        .isEqualTo(new ClientMessage.State(0, "r", null));
    assertThat(client("{\"op\":\"state\",\"room\":\"r\",\"type\":\"text\",\"data\":null}"))
        .isEqualTo(new Malformed(Refusal.BAD_DATA, "data", 46, 0));
  }

  @Test
  void escapesInNamesAndValuesAreRead() {
    assertThat(client("{\"\\u006fp\":\"p\\u0069ng\",\"id\":3}"))
        .isEqualTo(new ClientMessage.Ping(3));
    assertThat(client("{\"op\":\"leave\",\"room\":\"\\ud83d\\ude00\\n\\/\"}"))
        .isEqualTo(new ClientMessage.Leave(0, "😀\n/"));
  }

  @Test
  void unknownFieldsOfAnyKindAreIgnored() {
    assertThat(client("{\"x\":[{\"y\":1}],\"op\":\"ping\",\"z\":1e999,\"\":null,\"room\":5}"))
        .isEqualTo(new ClientMessage.Ping(0));
  }

  @Test
  void anOperationOfALaterVersionIsReportedWithItsId() {
    assertThat(client("{\"op\":\"teleport\",\"id\":5}")).isEqualTo(new UnknownOp("teleport", 5));
    assertThat(client("{\"op\":\"welcome\"}")).isEqualTo(new UnknownOp("welcome", 0));
    assertThat(server("{\"op\":\"join\",\"id\":\"x\"}")).isEqualTo(new UnknownOp("join", 0));
  }

  @Test
  void aReadableMistakeCarriesTheIdAndAnUnreadableOneDoesNot() {
    assertThat(client("{\"op\":\"join\",\"id\":9}"))
        .isEqualTo(new Malformed(Refusal.MISSING_FIELD, "room", 0, 9));
    assertThat(client("{\"id\":9,\"op\":\"join\",\"room\":\"r\",\"room\":\"s\"}"))
        .isEqualTo(new Malformed(Refusal.DUPLICATE_FIELD, "room", 31, 0));
    assertThat(
            client(
                "{\"op\":\"join\",\"id\":9,\"room\":\"r\",\"from\":{\"epoch\":\"e\",\"offset\":-1}}"))
        .isEqualTo(new Malformed(Refusal.OUT_OF_RANGE, "from.offset", 60, 9));
  }

  @Test
  void aRefusalIsPutIntoWordsWithoutWhatWasSent() {
    var malformed = (Malformed) client("{\"op\":\"ping\",\"id\":\"<script>\"}");
    assertThat(malformed.words()).isEqualTo("id: of the wrong type (at byte 18)");
  }

  @Test
  void aFrameThatWasRefusedLeavesNothingBehind() {
    client("{\"op\":\"join\",\"room\":\"r\",\"filter\":\"f\",");
    assertThat(client("{\"op\":\"join\",\"room\":\"s\"}"))
        .isEqualTo(new ClientMessage.Join(0, "s"));
  }

  @Test
  void controlCharactersAreEscapedAndOthersAreNot() {
    assertThat(json(new ServerMessage.Left(0, "a\"\\\n\u0001\u007fé😀", null)))
        .isEqualTo("{\"op\":\"left\",\"room\":\"a\\\"\\\\\\n\\u0001\u007fé😀\"}");
    String longName = "é\n".repeat(2_000);
    assertThat(server(json(new ServerMessage.Left(0, longName, null))))
        .isEqualTo(new ServerMessage.Left(0, longName, null));
  }
}
