package dev.carillon.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.carillon.server.TokenIssuer.Grant;
import dev.carillon.server.TokenIssuer.Right;
import dev.carillon.server.token.Keys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that lets in only who brings a token, over real sockets. */
@Timeout(60)
class LockTests {
  private static final Grant ALICE =
      new Grant(
          "alice",
          Map.of("chat/*", Set.of(Right.JOIN, Right.PUBLISH), "news/**", Set.of(Right.JOIN)));

  @TempDir private static Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private Server server = start();
  private String token = "";

  private static Server start() {
    Path key = folder.resolve("key");
    if (!Files.exists(key)) {
      TokenIssuer.newKey(key);
    }
    return Carillon.server(
            Configuration.DEFAULT.withAuth(
                Auth.DEFAULT
                    .withJwt(Jwt.DEFAULT.withKey(key).withLeeway(Duration.ZERO))
                    .withCookie("chat_token")))
        .listen(0);
  }

  private static TokenIssuer issuer() {
    return TokenIssuer.of(folder.resolve("key"));
  }

  @BeforeEach
  void makeAToken() {
    token = issuer().issue(ALICE, Instant.now(), Duration.ofMinutes(5));
  }

  @AfterEach
  void close() {
    server.close();
    http.close();
  }

  @Test
  void theTokenMayStandInEachOfItsPlaces() throws Exception {
    Sockets query = plain("chat/a?token=" + token);
    query.send("query");
    assertThat(query.next()).isEqualTo("query");

    Sockets header = with("Authorization", "Bearer " + token, "chat/b");
    header.send("header");
    assertThat(header.next()).isEqualTo("header");

    Sockets subprotocol =
        Sockets.connect(http, server.port(), "/ws", "carillon.v1.json", "bearer." + token);
    assertThat(subprotocol.own().getSubprotocol()).isEqualTo("carillon.v1.json");
    subprotocol.send("{\"op\":\"connect\",\"id\":1}");
    assertThat(subprotocol.next()).contains("\"user\":\"alice\"").contains("\"expires\":");

    Sockets first = Sockets.connect(http, server.port(), "/ws", "carillon.v1.json");
    first.send("{\"op\":\"connect\",\"id\":1,\"token\":\"" + token + "\"}");
    assertThat(first.next()).contains("\"user\":\"alice\"");

    Sockets cookie = new Sockets();
    http.newWebSocketBuilder()
        .header("Cookie", "a=b; chat_token=" + token)
        .header("Origin", "http://localhost:3000")
        .buildAsync(address("chat/c"), cookie)
        .join()
        .sendText("cookie", true);
    assertThat(cookie.next()).isEqualTo("cookie");
  }

  @Test
  void aCookieWithoutAnOriginIsRefused() {
    assertThatThrownBy(() -> with("Cookie", "chat_token=" + token, "chat/a"))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(403));
  }

  @Test
  void whoBringsNoGoodTokenGetsOneAnswer() throws Exception {
    Path other = folder.resolve("other-" + System.nanoTime());
    TokenIssuer.newKey(other);
    Instant now = Instant.now();
    for (String bad :
        List.of(
            "",
            "?token=",
            "?token=guess",
            "?token=" + token + "x",
            "?token=" + TokenIssuer.of(other).issue(ALICE, now, Duration.ofHours(1)),
            "?token=" + issuer().issue(ALICE, now.minusSeconds(60), Duration.ofSeconds(5)),
            "?token=" + hs256(Keys.alice().audience("somebody else").build()),
            "?token=" + hs256(Keys.alice().notBeforeTime(later()).build()))) {
      assertThat(plain("chat/a" + bad).next()).as(bad).isEqualTo("closed 4401");
      Sockets own = Sockets.connect(http, server.port(), "/ws" + bad, "carillon.v1.json");
      own.send("{\"op\":\"connect\",\"id\":1}");
      assertThat(own.next())
          .isEqualTo(
              "{\"op\":\"error\",\"id\":1,\"code\":\"unauthenticated\",\"message\":\"these"
                  + " credentials are not accepted\",\"retryable\":false}");
      assertThat(own.next()).isEqualTo("closed 4401");
    }
  }

  private static Date later() {
    return Date.from(Instant.now().plusSeconds(60));
  }

  private static String hs256(JWTClaimsSet claims) throws JOSEException, IOException {
    String secret = Files.readString(folder.resolve("key")).strip();
    return Keys.token(JWSAlgorithm.HS256, new MACSigner(secret), claims);
  }

  @Test
  void rightsAreThoseOfTheToken() throws Exception {
    Sockets own = Sockets.connect(http, server.port(), "/ws?token=" + token, "carillon.v1.json");
    own.send("{\"op\":\"connect\",\"id\":1}");
    own.next();
    own.send("{\"op\":\"join\",\"id\":2,\"room\":\"news/sport/ball\"}");
    assertThat(own.next()).contains("\"op\":\"joined\"");
    own.send(
        "{\"op\":\"publish\",\"id\":3,\"room\":\"news/sport\",\"type\":\"text\",\"data\":\"x\"}");
    assertThat(own.next()).contains("\"op\":\"rejected\"").contains("\"code\":\"forbidden\"");
    own.send("{\"op\":\"join\",\"id\":4,\"room\":\"secret\"}");
    assertThat(own.next()).contains("\"op\":\"error\"").contains("\"code\":\"forbidden\"");
    own.send("{\"op\":\"history\",\"id\":5,\"room\":\"secret\",\"last\":5}");
    assertThat(own.next()).contains("\"code\":\"forbidden\"");
    own.send("{\"op\":\"members\",\"id\":6,\"room\":\"secret\"}");
    assertThat(own.next()).contains("\"code\":\"forbidden\"");
    assertThat(plain("secret?token=" + token).next()).isEqualTo("closed 4403");
  }

  @Test
  void theConnectionEndsWithItsTokenUnlessItIsRefreshed() throws Exception {
    String brief = issuer().issue(ALICE, Instant.now(), Duration.ofSeconds(2));
    Sockets plain = plain("chat/a?token=" + brief);
    Sockets renewed =
        Sockets.connect(http, server.port(), "/ws?token=" + brief, "carillon.v1.json");
    renewed.send("{\"op\":\"connect\",\"id\":1}");
    renewed.next();
    renewed.send("{\"op\":\"refresh\",\"id\":2,\"token\":\"" + token + "\"}");
    assertThat(renewed.next()).startsWith("{\"op\":\"refreshed\",\"id\":2,\"expires\":");

    assertThat(plain.next()).isEqualTo("closed 4401");
    renewed.send("{\"op\":\"ping\",\"id\":3}");
    assertThat(renewed.next()).contains("\"op\":\"pong\"");
  }

  @Test
  void nothingThatIsToldHoldsTheToken() throws Exception {
    plain("chat/a?token=" + token).own().abort();
    for (String path : List.of("/metrics", "/ws?token=" + token, "/nope?token=" + token)) {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.body() + answer.headers()).doesNotContain(token);
    }
  }

  @Test
  void aServerWithALockMayLeaveLoopbackAndOneWithoutKeysDoesNotStart() {
    server.close();
    Listen all = Listen.DEFAULT.withHost("0.0.0.0").withPort(0);
    Auth locked = Auth.DEFAULT.withJwt(Jwt.DEFAULT.withKey(folder.resolve("key")));
    server = Carillon.server(Configuration.DEFAULT.withListen(all).withAuth(locked)).listen();

    Auth keyless = Auth.DEFAULT.withMode(AuthMode.JWT);
    assertThatThrownBy(() -> Carillon.server(Configuration.DEFAULT.withAuth(keyless)).listen(0))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("--jwt-key")
        .hasMessageContaining("--new-key");
  }

  @Test
  void aNewKeyIsItsOwnersAloneAndReplacesNone() throws Exception {
    Path key = folder.resolve("key");
    if (Files.getFileStore(key).supportsFileAttributeView("posix")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
          .isEqualTo("rw-------");
    }
    assertThatThrownBy(() -> TokenIssuer.newKey(key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("exists already");
    assertThat(Files.readString(key)).hasSize(44);
  }

  private Sockets plain(String room) {
    return Sockets.connect(http, server.port(), "/rooms/" + room);
  }

  private Sockets with(String name, String value, String room) {
    var sockets = new Sockets();
    sockets.use(http.newWebSocketBuilder().header(name, value).buildAsync(address(room), sockets));
    return sockets;
  }

  private URI address(String room) {
    return URI.create("ws://127.0.0.1:" + server.port() + "/rooms/" + room);
  }
}
