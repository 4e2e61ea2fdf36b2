package dev.carillon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carillon.client.CarillonException.ClientEnded;
import dev.carillon.client.CarillonException.ConnectFailed;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A broken or hostile server does not hurt: not the program, not its memory, not its patience. */
@Timeout(60)
class HostileServerTests {
  private static final String JSON = "Sec-WebSocket-Protocol: carillon.v1.json\r\n";

  @FunctionalInterface
  private interface Serve {
    void serve(Socket socket, String head) throws Exception;
  }

  private static CarillonException refused(Serve serve) throws Exception {
    try (Stub stub = new Stub()) {
      CompletableFuture<Void> served =
          CompletableFuture.runAsync(
              () -> {
                try (Socket socket = stub.accept()) {
                  serve.serve(socket, readHead(socket));
                  socket.shutdownOutput();
                  socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                  // The client hangs up on us.
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });
      CarillonException error =
          catchThrowableOfType(
              CarillonException.class, () -> CarillonClient.connect(stub.url()).close());
      served.get(20, TimeUnit.SECONDS);
      return error;
    }
  }

  private static String readHead(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) socket.getInputStream().read());
    }
    return head.toString();
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String switching(String head, String lines) throws Exception {
    String key =
        head.lines().filter(l -> l.startsWith("Sec-WebSocket-Key")).findFirst().orElseThrow();
    byte[] digest =
        MessageDigest.getInstance("SHA-1")
            .digest(
                (key.split(": ")[1] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                    .getBytes(StandardCharsets.US_ASCII));
    return switchingWith(Base64.getEncoder().encodeToString(digest), lines);
  }

  private static String switchingWith(String accept, String lines) {
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: "
        + accept
        + "\r\n"
        + lines
        + "\r\n";
  }

  @Test
  void nobodyThereIsARetryableFailureWithItsCause() throws Exception {
    String url;
    try (Stub stub = new Stub()) {
      url = stub.url();
    }
    ConnectFailed error =
        catchThrowableOfType(
            ConnectFailed.class, () -> CarillonClient.connect(url + "/ws?token=secret").close());

    assertThat(error.code()).isEqualTo("connection_failed");
    assertThat(error.retryable()).isTrue();
    assertThat(error).hasCauseInstanceOf(IOException.class);
    assertThat(error).hasMessageContaining(url + "/ws").hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @CsvSource({
    "404 Not Found, not_found, false",
    "401 Unauthorized, unauthenticated, false",
    "503 No, refused, true",
    "200 OK, refused, false"
  })
  void aStatusSaysWhetherToTryAgain(String status, String code, boolean retryable)
      throws Exception {
    CarillonException error =
        refused(
            (socket, head) -> write(socket, "HTTP/1.1 " + status + "\r\nRetry-After: 7\r\n\r\n"));

    assertThat(error.code()).isEqualTo(code);
    assertThat(error.retryable()).isEqualTo(retryable);
    assertThat(error)
        .isInstanceOfSatisfying(
            ConnectFailed.class,
            failed -> assertThat(failed.retryAfter()).isEqualTo(Duration.ofSeconds(7)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\0\1\2\3\r\n\r\n", "endless line", "endless headers", "hang up"})
  void whatIsNoHandshakeIsToldAsOne(String answer) throws Exception {
    CarillonException error =
        refused(
            (socket, head) ->
                write(
                    socket,
                    switch (answer) {
                      case "endless line" -> "HTTP/1.1 101 " + "x".repeat(100_000);
                      case "endless headers" -> "HTTP/1.1 101 Fine\r\n" + "a: b\r\n".repeat(10_000);
                      case "hang up" -> "";
                      default -> answer;
                    }));

    assertThat(error.code()).isIn("handshake_failed", "connection_failed");
    assertThat(error.retryable()).isTrue();
  }

  @Test
  void aWrongAcceptKeyIsNoServer() throws Exception {
    CarillonException error =
        refused(
            (socket, head) -> write(socket, switchingWith("AAAAAAAAAAAAAAAAAAAAAAAAAAA=", JSON)));

    assertThat(error.code()).isEqualTo("handshake_failed");
  }

  @ParameterizedTest
  @CsvSource({
    "Sec-WebSocket-Protocol: chat, handshake_failed",
    "Sec-WebSocket-Extensions: x-made-up, handshake_failed",
    "X-Nothing: 1, unsupported"
  })
  void whatWasNotOfferedIsNotTaken(String line, String code) throws Exception {
    CarillonException error =
        refused((socket, head) -> write(socket, switching(head, line + "\r\n")));

    assertThat(error.code()).isEqualTo(code);
  }

  /** A frame of the server that breaks a rule ends the connection; the client comes back. */
  private static void violation(int... frame) throws Exception {
    LinkedBlockingQueue<ClientEvent> told = new LinkedBlockingQueue<>();
    try (Stub stub = new Stub()) {
      CompletableFuture<CarillonClient> connecting =
          CarillonClient.connectAsync(stub.url(), ClientOptions.DEFAULT.withListener(told::add));
      Stub.Peer peer = stub.peer();
      peer.welcome();
      try (CarillonClient client = connecting.get(10, TimeUnit.SECONDS)) {
        peer.raw(frame);
        assertThat(peer.closeCode()).isIn(1002, 1007, 1009);
        Stub.Peer next = stub.peer();
        assertThat(next.welcome("'session':'s1','resumed':true").path("resume").asString())
            .isEqualTo("r1");
        assertThat(client.session()).isEqualTo("s1");
        assertThat(told).anySatisfy(HostileServerTests::isBadMessage);
      }
    }
  }

  private static void isBadMessage(ClientEvent event) {
    assertThat(event)
        .isInstanceOfSatisfying(
            ClientEvent.Trouble.class,
            trouble -> assertThat(trouble.error().code()).isEqualTo("bad_message"));
  }

  @Test
  void aMaskedFrameEndsTheConnection() throws Exception {
    violation(0x81, 0x82, 1, 2, 3, 4, 'h' ^ 1, 'i' ^ 2);
  }

  @Test
  void aFrameOfHugeLengthEndsTheConnectionBeforeMemoryIsReserved() throws Exception {
    violation(0x81, 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
  }

  @Test
  void textThatIsNoUtf8EndsTheConnection() throws Exception {
    violation(0x81, 2, 0xc3, 0x28);
  }

  @Test
  void aFrameOfAReservedKindEndsTheConnection() throws Exception {
    violation(0x83, 2, '{', '}');
  }

  @Test
  void aFrameWithAReservedBitEndsTheConnection() throws Exception {
    violation(0x91, 2, '{', '}');
  }

  @Test
  void answersToNothingASecondWelcomeAndOffsetsThatGoBackChangeNothing() throws Exception {
    LinkedBlockingQueue<ClientEvent> told = new LinkedBlockingQueue<>();
    try (Stub stub = new Stub()) {
      CompletableFuture<CarillonClient> connecting =
          CarillonClient.connectAsync(stub.url(), ClientOptions.DEFAULT.withListener(told::add));
      Stub.Peer peer = stub.peer();
      peer.welcome();
      try (CarillonClient client = connecting.get(10, TimeUnit.SECONDS)) {
        CompletableFuture<Room> joining = client.joinAsync("r", JoinOptions.DEFAULT);
        peer.joined(4);
        Room room = joining.get(10, TimeUnit.SECONDS);
        peer.say(
            "{'op':'welcome','session':'evil','resumed':false,'server_time':1,'heartbeat':0,"
                + "'limits':{'max_message_bytes':1,'max_rooms':1}}");
        peer.say("{'op':'published','id':99,'room':'r','epoch':'e1','offset':9,'level':'memory'}");
        peer.say("{'op':'joined','id':99,'room':'r','epoch':'evil','head':77}");
        peer.say("{'op':'reply','id':99,'type':'text','data':'x'}");
        peer.message(5, "a");
        peer.message(5, "again");
        peer.message(2, "from before");
        peer.message(6, "b");

        assertThat(room.next().data()).isEqualTo("a");
        Message second = room.next();
        assertThat(second.data()).isEqualTo("b");
        assertThat(second.offset()).isEqualTo(6);
        assertThat(client.session()).isEqualTo("s1");
        assertThat(told).noneMatch(ClientEvent.Waiting.class::isInstance);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"-1", "soon", "99999999999999999999", "1.5"})
  void aTimeToComeBackThatIsNoneIsNotTaken(String after) throws Exception {
    CarillonException error =
        refused(
            (socket, head) ->
                write(socket, "HTTP/1.1 503 No\r\nRetry-After: " + after + "\r\n\r\n"));

    assertThat(error)
        .isInstanceOfSatisfying(
            ConnectFailed.class, failed -> assertThat(failed.retryAfter()).isNull());
  }

  @Test
  void aFrameThatIsNoMessageDropsTheConnectionAndWrongFieldsDoNot() throws Exception {
    LinkedBlockingQueue<ClientEvent> told = new LinkedBlockingQueue<>();
    try (Stub stub = new Stub()) {
      CompletableFuture<CarillonClient> connecting =
          CarillonClient.connectAsync(stub.url(), ClientOptions.DEFAULT.withListener(told::add));
      Stub.Peer peer = stub.peer();
      peer.welcome();
      try (CarillonClient client = connecting.get(10, TimeUnit.SECONDS)) {
        CompletableFuture<Room> joining = client.joinAsync("r", JoinOptions.DEFAULT);
        peer.joined(0);
        Room room = joining.get(10, TimeUnit.SECONDS);
        peer.say("{'op':'no_such_op','id':5}");
        peer.say("{'op':'message','room':'r','offset':'1'}");
        peer.message(1, "a");
        assertThat(room.next().data()).isEqualTo("a");

        peer.say("{not a message");
        assertThat(peer.closeCode()).isEqualTo(4400);
        Stub.Peer next = stub.peer();
        next.welcome("'session':'s1','resumed':true");
        assertThat(next.joined(1).path("from").path("offset").asInt()).isEqualTo(1);
        next.say("{'op':'resumed','room':'r','epoch':'e1','from':2,'to':1}");
        next.message(2, "b");
        assertThat(room.next().data()).isEqualTo("b");
        assertThat(told).filteredOn(ClientEvent.Trouble.class::isInstance).hasSize(2);
      }
    }
  }

  @Test
  void aServerThatSaysNeverEndsTheClientAndWhatWaits() throws Exception {
    try (Stub stub = new Stub()) {
      CompletableFuture<CarillonClient> connecting =
          CarillonClient.connectAsync(stub.url(), ClientOptions.DEFAULT);
      Stub.Peer peer = stub.peer();
      peer.welcome();
      CarillonClient client = connecting.get(10, TimeUnit.SECONDS);
      CompletableFuture<HistoryPage> history = client.historyAsync("r", HistoryQuery.OLDEST);
      peer.receive("history");
      peer.close(4409);

      assertThat(
              catchThrowableOfType(CarillonException.class, () -> CarillonClient.join(history))
                  .code())
          .isEqualTo("taken_over");
      ClientEnded after =
          catchThrowableOfType(ClientEnded.class, () -> client.publish("r", "late"));
      assertThat(after.retryable()).isFalse();
      client.close();
      client.close();
    }
  }

  @Test
  void callsAreAnsweredAndAHandlerThatFailsTellsNothingOfItself() throws Exception {
    try (Stub stub = new Stub()) {
      CompletableFuture<CarillonClient> connecting =
          CarillonClient.connectAsync(stub.url(), ClientOptions.DEFAULT);
      Stub.Peer peer = stub.peer();
      peer.welcome();
      try (CarillonClient client = connecting.get(10, TimeUnit.SECONDS)) {
        client.onCall(
            "double", call -> dev.carillon.wire.Payload.json(call.payload().string() + "0"));
        client.onCall(
            "fail",
            call -> {
              throw new IllegalStateException("a secret of the application");
            });
        peer.say("{'op':'call','id':1,'event':'double','type':'json','data':2}");
        assertThat(peer.receive("reply").path("data").asInt()).isEqualTo(20);
        peer.say("{'op':'call','id':2,'event':'fail','type':'json','data':2}");
        assertThat(peer.receive("reply").path("error").toString())
            .contains("internal")
            .doesNotContain("secret of");
        peer.say("{'op':'call','id':3,'event':'nobody','type':'json','data':2}");
        assertThat(peer.receive("reply").path("error").path("code").asString())
            .isEqualTo("no_handler");
      }
    }
  }

  @Test
  void aRoomThatIsNotReadIsSetAsideAndTakenUpAgain() throws Exception {
    ClientOptions.Bounds few = new ClientOptions.Bounds(10, 1 << 20, 4, 1 << 20, 1 << 20);
    try (Stub stub = new Stub()) {
      CompletableFuture<CarillonClient> connecting =
          CarillonClient.connectAsync(stub.url(), ClientOptions.DEFAULT.withBounds(few));
      Stub.Peer peer = stub.peer();
      peer.welcome();
      try (CarillonClient client = connecting.get(10, TimeUnit.SECONDS)) {
        CompletableFuture<Room> joining = client.joinAsync("r", JoinOptions.DEFAULT);
        peer.joined(0);
        Room room = joining.get(10, TimeUnit.SECONDS);
        for (int offset = 1; offset <= 6; offset++) {
          peer.message(offset, "m" + offset);
        }
        peer.receive("leave");
        assertThat(room.next().data()).isEqualTo("m1");
        assertThat(room.next().data()).isEqualTo("m2");
        assertThat(peer.joined(6).path("from").path("offset").asInt()).isEqualTo(4);
        peer.say("{'op':'resumed','room':'r','epoch':'e1','from':5,'to':6}");
        peer.message(5, "m5");
        peer.message(6, "m6");
        for (int offset = 3; offset <= 6; offset++) {
          assertThat(room.next().data()).isEqualTo("m" + offset);
        }
      }
    }
  }
}
