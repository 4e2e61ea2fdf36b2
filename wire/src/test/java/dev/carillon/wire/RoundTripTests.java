package dev.carillon.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RoundTripTests {
  static Stream<WireCodec> codecs() {
    return Stream.of(new JsonCodec(), new MsgpackCodec(), new CborCodec());
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void whatAClientSaysComesBackEqual(WireCodec codec) {
    var sink = new ByteSink(16);
    Samples.client()
        .forEach(
            (name, message) -> {
              sink.clear();
              codec.encode(message, sink);
              assertThat(codec.decodeClient(sink.buffer())).as(name).isEqualTo(message);
            });
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void whatAServerSaysComesBackEqual(WireCodec codec) {
    var sink = new ByteSink(16);
    Samples.server()
        .forEach(
            (name, message) -> {
              sink.clear();
              codec.encode(message, sink);
              assertThat(codec.decodeServer(sink.buffer())).as(name).isEqualTo(message);
            });
  }

  @Test
  void everyMessageHasASample() {
    assertThat(Samples.client().values().stream().map(Object::getClass).distinct())
        .hasSameElementsAs(Arrays.asList(ClientMessage.class.getPermittedSubclasses()));
    assertThat(Samples.server().values().stream().map(Object::getClass).distinct())
        .hasSameElementsAs(Arrays.asList(ServerMessage.class.getPermittedSubclasses()));
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void anyKindOfBufferIsReadAndLeftAsItWas(WireCodec codec) {
    var sink = new ByteSink(16);
    sink.put(1);
    var message = new ClientMessage.Publish(7, new Target.Room("r"), Payload.text("é"));
    codec.encode(message, sink);
    sink.put(2);
    ByteBuffer heap = sink.buffer().position(1).limit(sink.size() - 1);
    ByteBuffer direct = ByteBuffer.allocateDirect(sink.size()).put(sink.buffer());
    direct.position(1).limit(sink.size() - 1);
    for (ByteBuffer buffer :
        new ByteBuffer[] {heap, heap.slice(), heap.asReadOnlyBuffer(), direct}) {
      int position = buffer.position();
      assertThat(codec.decodeClient(buffer)).isEqualTo(message);
      assertThat(buffer.position()).isEqualTo(position);
    }
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void dataOutlivesTheFrameThatBroughtIt(WireCodec codec) {
    var sink = new ByteSink(16);
    codec.encode(new ClientMessage.Publish(7, new Target.Room("r"), Payload.text("kept")), sink);
    var decoded = (ClientMessage.Publish) codec.decodeClient(sink.buffer());
    Arrays.fill(sink.array(), (byte) 0);
    assertThat(decoded.payload()).isEqualTo(Payload.text("kept"));
  }

  @Test
  void tokensAreNotPrinted() {
    assertThat(String.valueOf(Samples.client().get("connect, full")))
        .doesNotContain("eyJ", "r-7Q")
        .contains("***");
    assertThat(String.valueOf(Samples.server().get("goodbye, full"))).doesNotContain("r-9");
  }
}
