package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.server.Auth;
import dev.carillon.server.Carillon;
import dev.carillon.server.Configuration;
import dev.carillon.server.Jwt;
import dev.carillon.server.Server;
import dev.carillon.server.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A locked server over TLS, and the tokens that open it, all through commands. */
@Timeout(120)
class LockTests {
  @TempDir private static Path folder;
  private static Server server;

  private static Server startLocked() {
    Cli made = Cli.run("", "token", "--new-key", folder.resolve("key").toString());
    assertThat(made.exit()).as(made.err()).isZero();
    assertThat(made.out()).contains("serve --jwt-key").contains("keep it secret");
    try {
      return Carillon.server(
              Configuration.DEFAULT
                  .withTls(certificate())
                  .withAuth(Auth.DEFAULT.withJwt(Jwt.DEFAULT.withKey(folder.resolve("key")))))
          .listen(0);
    } catch (IOException | InterruptedException | GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** A certificate for localhost that nobody vouches for. */
  private static Tls certificate()
      throws IOException, InterruptedException, GeneralSecurityException {
    Path store = folder.resolve("store.p12");
    String password = "changeit";
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            "test",
            "-keyalg",
            "EC",
            "-dname",
            "CN=localhost",
            "-ext",
            "san=dns:localhost",
            "-validity",
            "2",
            "-storetype",
            "PKCS12",
            "-keystore",
            store.toString(),
            "-storepass",
            password);
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, password.toCharArray());
    }
    return new Tls(
        pem("cert.pem", "CERTIFICATE", keys.getCertificate("test").getEncoded()),
        pem("key.pem", "PRIVATE KEY", keys.getKey("test", password.toCharArray()).getEncoded()));
  }

  private static Path pem(String name, String label, byte[] der) throws IOException {
    String body = Base64.getMimeEncoder().encodeToString(der);
    return Files.writeString(
        folder.resolve(name),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, body, label));
  }

  @BeforeAll
  static void start() {
    server = startLocked();
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static Cli token(String... more) {
    var arguments = new java.util.ArrayList<>(List.of("token", "--key", "" + key()));
    arguments.addAll(List.of(more));
    return Cli.run("", arguments.toArray(String[]::new));
  }

  private static Path key() {
    return folder.resolve("key");
  }

  private static Cli connect(String room, String... more) {
    var arguments =
        new java.util.ArrayList<>(
            List.of("connect", "wss://localhost:" + server.port(), room, "--wait", "0.5"));
    arguments.addAll(List.of(more));
    return Cli.run("hello\n", arguments.toArray(String[]::new));
  }

  @Test
  void aTokenAndACertificateOpenTheDoor() {
    Cli made = token("--user", "alice", "--rooms", "chat/*", "--publish", "in/**", "--ttl", "5m");
    assertThat(made.exit()).as(made.err()).isZero();
    assertThat(made.out().lines()).hasSize(1);
    assertThat(made.err())
        .contains("alice until ")
        .contains("chat/*: join and publish")
        .contains("in/**: publish");
    String ca = folder.resolve("cert.pem").toString();

    Cli run = connect("chat/lobby", "--ca", ca, "--token", made.out().strip());

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out().lines()).contains("hello");
    assertThat(run.err()).contains("connected as alice").contains("joined chat/lobby");
    Cli elsewhere = connect("secret", "--ca", ca, "--token", made.out().strip());
    assertThat(elsewhere.exit()).isNotZero();
    assertThat(elsewhere.err()).contains("not permitted").doesNotContain(made.out().strip());
    Cli without = connect("chat/lobby", "--ca", ca);
    assertThat(without.exit()).isNotZero();
    assertThat(without.err()).contains("these credentials are not accepted");
  }

  @Test
  void aCertificateThatNobodyVouchesForIsNotBelieved() {
    Cli run = connect("chat/lobby", "--token", "x");

    assertThat(run.exit()).isEqualTo(Exit.NOT_CONNECTED);
    assertThat(run.err()).contains("certification path").contains("name the CA");
  }

  @Test
  void theReportHoldsTheTokenAndWhatItMayDo() {
    Cli made =
        token(
            "--user",
            "bob",
            "--join",
            "news/**",
            "--claim",
            "team=red",
            "--claim",
            "level=7",
            "--json");

    assertThat(made.out())
        .startsWith("{\"operation\":\"token\",\"target\":\"bob\",\"status\":\"ok\",\"token\":\"ey")
        .contains("\"algorithm\":\"HS256\"")
        .contains("\"rooms\":{\"news/**\":[\"join\"]}")
        .contains("\"claims\":{\"level\":7,\"team\":\"red\"}");
    assertThat(made.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--user alice",
        "--rooms chat/*",
        "--user alice --rooms chat/*/**/x",
        "--user alice --rooms chat --ttl soon",
        "--user alice --rooms chat --ttl 0s",
        "--user alice --rooms chat --ttl 99999d"
      })
  void whatMakesNoTokenIsAMisuseAndToldWhy(String line) {
    Cli run = token(line.split(" "));

    assertThat(run.exit()).as(line).isEqualTo(Exit.MISUSE);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("carillon: ").doesNotContain("Exception");
  }

  @Test
  void aKeyIsNeverOverwritten() {
    Cli again = Cli.run("", "token", "--new-key", key().toString());

    assertThat(again.exit()).isEqualTo(Exit.MISUSE);
    assertThat(again.err()).contains("exists already");
  }

  @Test
  void serveRefusesAKeyThatIsNone() throws IOException {
    Path weak = Files.writeString(folder.resolve("weak"), "password");
    Cli run = Cli.run("", "serve", "--port", "0", "--jwt-key", weak.toString());

    assertThat(run.exit()).isEqualTo(Exit.NOT_CONNECTED);
    assertThat(run.err())
        .contains("auth.jwt.key")
        .contains("at least 32")
        .doesNotContain("password");
    Cli both = Cli.run("", "serve", "--port", "0", "--jwt-key", "" + key(), "--auth", "trusting");
    assertThat(both.exit()).isEqualTo(Exit.MISUSE);
    assertThat(both.err()).contains("must be jwt");
  }
}
