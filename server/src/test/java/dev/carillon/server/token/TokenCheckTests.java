package dev.carillon.server.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.carillon.core.RoomName;
import dev.carillon.server.token.TokenCheck.Outcome;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tokens are good, and that no other one is. */
class TokenCheckTests {
  private static final TokenCheck.Terms ANY =
      new TokenCheck.Terms(null, null, Duration.ofSeconds(30));
  private static final KeyPair RSA = Keys.pair("RSA", 2048);

  @TempDir private Path folder;
  private Path secret = Path.of("");

  @BeforeEach
  void writeTheSecret() throws IOException {
    secret = Files.writeString(folder.resolve("secret"), Keys.SECRET + "\n");
  }

  private TokenCheck check() {
    return TokenChecks.file(secret, null, ANY, InstantSource.system());
  }

  private TokenCheck check(@Nullable String issuer, @Nullable String audience) {
    var terms = new TokenCheck.Terms(issuer, audience, Duration.ZERO);
    return TokenChecks.file(secret, null, terms, InstantSource.system());
  }

  private static String hs256(JWTClaimsSet claims) throws JOSEException {
    return Keys.token(JWSAlgorithm.HS256, new MACSigner(Keys.SECRET), claims);
  }

  private static String why(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Bad.class);
    return ((Outcome.Bad) outcome).why();
  }

  private static Outcome.Good good(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Good.class);
    return (Outcome.Good) outcome;
  }

  @Test
  void aGoodTokenGivesUserRightsEndAndClaims() throws Exception {
    Date end = new Date(System.currentTimeMillis() / 1000 * 1000 + 60_000);
    var claims =
        Keys.alice()
            .expirationTime(end)
            .claim("team", "red")
            .claim("level", 7)
            .claim("tags", List.of("a", "b"))
            .build();

    Outcome.Good alice = good(check().check(hs256(claims)));

    assertThat(alice.user().id()).isEqualTo("alice");
    assertThat(alice.user().guest()).isFalse();
    assertThat(alice.expires()).isEqualTo(end.toInstant());
    assertThat(alice.user().claims())
        .isEqualTo(Map.of("team", "red", "level", 7L, "tags", List.of("a", "b")));
    assertThat(alice.permissions().mayJoin(RoomName.of("chat/a"))).isTrue();
    assertThat(alice.permissions().mayPublish(RoomName.of("chat/a"))).isTrue();
    assertThat(alice.permissions().mayJoin(RoomName.of("news/a"))).isFalse();
  }

  @Test
  void keysOfEveryKindCheckTheirOwnAlgorithm() throws Exception {
    Path rsa = Keys.pem(folder.resolve("rsa.pem"), "PUBLIC KEY", RSA.getPublic());
    TokenCheck check = TokenChecks.file(rsa, null, ANY, InstantSource.system());
    var signer = new RSASSASigner(RSA.getPrivate());
    good(check.check(Keys.token(JWSAlgorithm.RS256, signer, Keys.alice().build())));
    why(check.check(Keys.token(JWSAlgorithm.RS512, signer, Keys.alice().build())));
    why(check.check(Keys.token(JWSAlgorithm.PS256, signer, Keys.alice().build())));
    TokenCheck ps = TokenChecks.file(rsa, "PS256", ANY, InstantSource.system());
    good(ps.check(Keys.token(JWSAlgorithm.PS256, signer, Keys.alice().build())));

    KeyPair ec = Keys.pair("EC", 256);
    Path pem = Keys.pem(folder.resolve("ec.pem"), "PUBLIC KEY", ec.getPublic());
    String token =
        Keys.token(
            JWSAlgorithm.ES256,
            new ECDSASigner((ECPrivateKey) ec.getPrivate()),
            Keys.alice().build());
    good(TokenChecks.file(pem, null, ANY, InstantSource.system()).check(token));
    why(check().check(token));
  }

  @Test
  void aPublicKeyIsNoSecret() throws Exception {
    Path rsa = Keys.pem(folder.resolve("rsa.pem"), "PUBLIC KEY", RSA.getPublic());
    TokenCheck check = TokenChecks.file(rsa, null, ANY, InstantSource.system());
    String pem = Files.readString(rsa);
    for (byte[] guess :
        List.of(pem.getBytes(), pem.strip().getBytes(), RSA.getPublic().getEncoded())) {
      String token = Keys.token(JWSAlgorithm.HS256, new MACSigner(guess), Keys.alice().build());

      assertThat(why(check.check(token))).contains("no key of ours");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "None", "NONE", "nOnE", "", "HS999"})
  void aTokenWithoutAnAlgorithmIsNone(String algorithm) {
    String header = "{\"alg\":\"" + algorithm + "\"}";
    String claims = Keys.alice().build().toString();

    why(check().check(Keys.raw(header, claims, "")));
    why(check().check(Keys.raw(header, claims, "AAAA")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "a.b.c",
        "....",
        "{}",
        "eyJhbGciOiJIUzI1NiJ9",
        "eyJhbGciOiJIUzI1NiJ9.e30.",
        "eyJhbGciOiJIUzI1NiJ9..",
        "\u0000",
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0.a.b.c.d"
      })
  void whatIsNoTokenIsRefusedAndNothingElseHappens(String token) {
    why(check().check(token));
  }

  @Test
  void aTokenThatIsTooLongIsNotLookedAt() {
    assertThat(why(check().check("a".repeat(8193)))).contains("longer than 8192");
  }

  @Test
  void anyChangedByteMakesItBad() throws Exception {
    String token = hs256(Keys.alice().build());
    for (int i = 0; i < token.length(); i++) {
      char other = token.charAt(i) == 'A' ? 'g' : 'A';
      String changed = token.substring(0, i) + other + token.substring(i + 1);
      // The last character's spare bits say nothing; every other change must be seen.
      if (i < token.length() - 1) {
        assertThat(check().check(changed)).as("at %d", i).isInstanceOf(Outcome.Bad.class);
      }
    }
  }

  @Test
  void aKeyThatTheHeaderBringsIsNotUsed() throws Exception {
    var own = new OctetSequenceKey.Builder("f".repeat(32).getBytes()).build();
    var signer = new MACSigner("f".repeat(32));
    var jku =
        new JWSHeader.Builder(JWSAlgorithm.HS256).jwkURL(URI.create("https://evil.test")).build();
    assertThat(why(check().check(Keys.token(jku, signer, Keys.alice().build()))))
        .contains("brings a key");
    KeyPair rsa = RSA;
    var jwk =
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .jwk(
                new com.nimbusds.jose.jwk.RSAKey.Builder(
                        (java.security.interfaces.RSAPublicKey) rsa.getPublic())
                    .build())
            .build();
    why(check().check(Keys.token(jwk, new RSASSASigner(rsa.getPrivate()), Keys.alice().build())));
    // Even with a good signature, as nobody honest sends it.
    why(check().check(Keys.token(jku, new MACSigner(Keys.SECRET), Keys.alice().build())));
    var critical = new JWSHeader.Builder(JWSAlgorithm.HS256).criticalParams(Set.of("exp")).build();
    why(check().check(Keys.token(critical, new MACSigner(Keys.SECRET), Keys.alice().build())));
    assertThat(own.size()).isEqualTo(256);
  }

  @Test
  void timeCountsWithinTheLeeway() throws Exception {
    long now = System.currentTimeMillis();
    assertThat(why(check().check(hs256(Keys.alice().expirationTime(null).build()))))
        .contains("exp");
    assertThat(
            why(check().check(hs256(Keys.alice().expirationTime(new Date(now - 60_000)).build()))))
        .contains("expired");
    good(check().check(hs256(Keys.alice().expirationTime(new Date(now - 10_000)).build())));
    assertThat(
            why(check().check(hs256(Keys.alice().notBeforeTime(new Date(now + 60_000)).build()))))
        .contains("nbf");
    good(check().check(hs256(Keys.alice().notBeforeTime(new Date(now + 10_000)).build())));
    good(check().check(hs256(Keys.alice().expirationTime(new Date(Long.MAX_VALUE / 2)).build())));
  }

  @Test
  void issuerAndAudienceMustBeOurs() throws Exception {
    String bare = hs256(Keys.alice().build());
    String theirs = hs256(Keys.alice().issuer("https://a").audience(List.of("x", "y")).build());

    good(check(null, null).check(bare));
    assertThat(why(check(null, null).check(theirs))).contains("aud");
    good(check("https://a", "y").check(theirs));
    assertThat(why(check("https://a", "z").check(theirs))).contains("aud");
    assertThat(why(check("https://b", "y").check(theirs))).contains("iss");
    assertThat(why(check("https://a", null).check(bare))).contains("iss");
    assertThat(why(check(null, "y").check(bare))).contains("aud");
  }

  @Test
  void aSubjectMustBeAUser() throws Exception {
    assertThat(why(check().check(hs256(Keys.alice().subject(null).build())))).contains("sub");
    why(check().check(hs256(Keys.alice().subject("").build())));
    why(check().check(hs256(Keys.alice().subject("a\nb").build())));
    why(check().check(hs256(Keys.alice().subject("a".repeat(201)).build())));
  }

  @Test
  void rightsThatCannotBeReadAreNoRights() throws Exception {
    for (Object rooms :
        List.of(
            "chat/*",
            List.of("chat/*"),
            Map.of("chat/*", "join"),
            Map.of("a b", List.of("join")),
            Map.of("**/x", List.of("join")))) {
      why(check().check(hs256(Keys.alice().claim("rooms", rooms).build())));
    }
    var newer = Map.of("chat/*", List.of("join", "fly"));
    var none = good(check().check(hs256(Keys.alice().claim("rooms", null).build())));
    assertThat(none.permissions().mayJoin(RoomName.of("chat/a"))).isFalse();
    good(check().check(hs256(Keys.alice().claim("rooms", newer).build())));
  }

  @Test
  void claimsThatNestTooDeepAreRefused() throws Exception {
    Object deep = "x";
    for (int i = 0; i < 20; i++) {
      deep = Map.of("a", deep);
    }
    why(check().check(hs256(Keys.alice().claim("deep", deep).build())));
  }

  @Test
  void keysThatCannotBeUsedStopTheStartWithWhatToDo() throws Exception {
    refused(folder.resolve("none"), null, "carillon token --new-key");
    refused(Files.writeString(folder.resolve("short"), "too short"), null, "at least 32");
    refused(secret, "RS256", "does not suit");
    refused(
        Keys.pem(folder.resolve("weak"), "PUBLIC KEY", Keys.pair("RSA", 1024).getPublic()),
        null,
        "1024 bits");
    refused(
        Keys.pem(folder.resolve("private"), "PRIVATE KEY", RSA.getPrivate()), null, "private key");
    refused(
        Keys.pem(folder.resolve("odd"), "RSA PRIVATE KEY", RSA.getPrivate()), null, "openssl pkey");
    refused(
        Files.writeString(folder.resolve("torn"), "-----BEGIN PUBLIC KEY-----\nAAAA\n"),
        null,
        "does not end");
    refused(
        Files.writeString(
            folder.resolve("junk"), "-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----"),
        null,
        "PUBLIC KEY");
  }

  private static void refused(Path file, @Nullable String algorithm, String words) {
    assertThatThrownBy(() -> TokenChecks.file(file, algorithm, ANY, InstantSource.system()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.getFileName().toString())
        .hasMessageContaining(words)
        .hasMessageNotContaining("too short");
  }
}
