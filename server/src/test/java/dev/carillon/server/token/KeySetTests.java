package dev.carillon.server.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.sun.net.httpserver.HttpServer;
import dev.carillon.server.token.TokenCheck.Outcome;
import dev.carillon.testkit.FakeClock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keys that come from elsewhere: changed, missing, and not to be had for a while. */
@Timeout(60)
class KeySetTests {
  private static final KeyPair ONE = Keys.pair("RSA", 2048);
  private static final KeyPair TWO = Keys.pair("RSA", 2048);

  private final FakeClock clock = new FakeClock();
  private final AtomicInteger reads = new AtomicInteger();
  private volatile String published = set("one", ONE);
  private final KeySet keys =
      new KeySet(
          "test",
          () -> {
            reads.incrementAndGet();
            String text = published;
            if (text.isEmpty()) {
              throw new IOException("nobody listens");
            }
            return text;
          },
          false,
          null,
          Duration.ofMinutes(10),
          Duration.ofHours(1),
          clock);
  private final TokenCheck check =
      new TokenCheck(keys, new TokenCheck.Terms(null, null, Duration.ZERO), clock);

  private static String set(String id, KeyPair pair) {
    RSAKey key = new RSAKey.Builder((RSAPublicKey) pair.getPublic()).keyID(id).build();
    return new JWKSet(key).toString();
  }

  private String token(String id, KeyPair pair) {
    var header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(id).build();
    Date end = new Date(clock.millis() + 7_200_000);
    return Keys.token(
        header, new RSASSASigner(pair.getPrivate()), Keys.alice().expirationTime(end).build());
  }

  private void good(String id, KeyPair pair) {
    assertThat(check.check(token(id, pair))).isInstanceOf(Outcome.Good.class);
  }

  private void bad(String id, KeyPair pair) {
    assertThat(check.check(token(id, pair))).isInstanceOf(Outcome.Bad.class);
  }

  @Test
  void aKeyThatIsNewIsFetchedAtOnceAndUnknownOnesNotMoreOftenThanEveryTenSeconds() {
    good("one", ONE);
    assertThat(reads).hasValue(1);
    published = set("two", TWO);
    bad("two", TWO); // just read
    clock.advance(Duration.ofSeconds(11));
    good("two", TWO);
    assertThat(reads).hasValue(2);
    bad("one", ONE); // withdrawn
    for (int i = 0; i < 100; i++) {
      bad("guess-" + i, ONE);
    }
    assertThat(reads).hasValue(2);
  }

  @Test
  void anotherKeyUnderAKnownNameIsNotBelieved() {
    bad("one", TWO);
  }

  @Test
  void theLastKeysCountWhileTheirHostIsDownAndNotForEver() {
    good("one", ONE);
    published = "";
    clock.advance(Duration.ofMinutes(59));
    good("one", ONE);
    await().untilAsserted(() -> assertThat(reads).hasValue(2));
    good("one", ONE);

    clock.advance(Duration.ofMinutes(2));
    assertThat(check.check(token("one", ONE))).isInstanceOf(Outcome.Unknown.class);

    published = set("one", ONE);
    clock.advance(Duration.ofSeconds(11));
    good("one", ONE);
  }

  @Test
  void keysAreReadAgainInTheBackgroundWhenTheyAreOld() {
    good("one", ONE);
    published = set("two", TWO);
    clock.advance(Duration.ofMinutes(11));
    check.check(token("one", ONE));
    await().untilAsserted(() -> assertThat(reads).hasValue(2));
    await().untilAsserted(() -> bad("one", ONE));
  }

  @Test
  void whatIsNoKeySetDoesNotReplaceOne() {
    good("one", ONE);
    for (String wrong : List.of("{", "[]", "{\"keys\":[]}", "{\"keys\":7}", "<html>")) {
      published = wrong;
      clock.advance(Duration.ofSeconds(11));
      bad("other", ONE);
      good("one", ONE);
    }
  }

  @Test
  void aFileIsReadAtTheStart(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("jwks.json"), set("one", ONE));
    var terms = new TokenCheck.Terms(null, null, Duration.ZERO);
    Duration hour = Duration.ofHours(1);
    TokenCheck checks =
        TokenChecks.keySet(file.toString(), null, hour, hour, terms, InstantSource.system());
    var signer = new RSASSASigner(ONE.getPrivate());
    String token = Keys.token(JWSAlgorithm.RS256, signer, Keys.alice().build());

    assertThat(checks.check(token)).isInstanceOf(Outcome.Good.class);
    Path none = folder.resolve("none");
    assertThatThrownBy(
            () ->
                TokenChecks.keySet(
                    none.toString(), null, hour, hour, terms, InstantSource.system()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void anAddressIsAskedOverHttpAndOnlyWhereNobodyCanChangeTheAnswer() throws Exception {
    HttpServer host = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    byte[] body = set("one", ONE).getBytes();
    host.createContext(
        "/jwks",
        exchange -> {
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    host.createContext(
        "/endless",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] block = new byte[1 << 16];
          for (int i = 0; i < 64; i++) {
            exchange.getResponseBody().write(block);
          }
          exchange.close();
        });
    host.start();
    try {
      String at = "http://127.0.0.1:" + host.getAddress().getPort();
      assertThat(RemoteText.at(at + "/jwks").read()).isEqualTo(new String(body));
      assertThatThrownBy(() -> RemoteText.at(at + "/none").read())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("404");
      assertThatThrownBy(() -> RemoteText.at(at + "/endless").read())
          .isInstanceOf(IOException.class);
    } finally {
      host.stop(0);
    }
    for (String wrong :
        List.of("http://192.0.2.1/jwks", "ftp://a/b", "https://", "https://a:b@c/", "://")) {
      assertThatThrownBy(() -> RemoteText.at(wrong)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
