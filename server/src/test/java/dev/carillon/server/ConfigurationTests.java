package dev.carillon.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTests {
  @TempDir private Path folder;

  @Test
  void noSourceAtAllIsTheDefault() {
    assertThat(load("").configuration()).isEqualTo(Configuration.DEFAULT);
  }

  @Test
  void theFileSaysEverySection() {
    Configuration read =
        load("""
        listen: {host: "::1", port: 9001, backlog: 7, loops: 3, paths: [/ws, /chat/ws]}
        tls:
          certificate: /etc/chain.pem
          key: /etc/key.pem
        limits:
          max_message: 16 KiB
          handshake_timeout: 2s
        heartbeat: {interval: 10s, timeout: 500ms}
        compression: {enabled: false, window_bits: 9}
        origins: [same, "https://*.example.org"]
        rooms:
          chat/{id}:
            retention: {count: 5, size: 1 MiB, age: 7d}
            presence: off
            max_message: 2 KiB
          "{any...}": {}
        broker: {name: other, settings: {url: "x://y", pool: 3}}
        auth: {mode: trusting, timeout: 1s}
        drain: {time: 1m}
        node: {name: a}
        logging: {format: json, level: debug}
        """)
            .configuration();

    assertThat(read.listen())
        .isEqualTo(new Listen("::1", 9001, null, 7, 3, List.of("/ws", "/chat/ws"), true));
    assertThat(read.tls()).isEqualTo(new Tls(Path.of("/etc/chain.pem"), Path.of("/etc/key.pem")));
    assertThat(read.limits().maxMessage()).isEqualTo(ByteSize.kib(16));
    assertThat(read.heartbeat())
        .isEqualTo(new Heartbeat(Duration.ofSeconds(10), Duration.ofMillis(500)));
    assertThat(read.rooms().keySet()).containsExactly("chat/{id}", "{any...}");
    assertThat(read.rooms().values().iterator().next().retention())
        .isEqualTo(new RetentionSettings(5, ByteSize.mib(1), Duration.ofDays(7)));
    assertThat(read.broker().settings()).containsEntry("url", "x://y").containsEntry("pool", "3");
    assertThat(read.auth().mode()).isEqualTo(AuthMode.TRUSTING);
    assertThat(read.logging()).isEqualTo(new Logging(LogFormat.JSON, LogLevel.DEBUG));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          listen:\\n  prot: 1          | :2: 'listen.prot' is no setting. Did you mean 'listen.port'? Allowed here: backlog, host, loops, page, paths, port, unix
          listn: {}                     | :1: 'listn' is no setting. Did you mean 'listen'?
          zebra: 1                      | :1: 'zebra' is no setting. Allowed here: api, auth
          listen:\\n  port: eighty     | :2: listen.port is 'eighty', must be a whole number
          listen:\\n  port: [1]        | :2: listen.port is a list, must be a whole number
          listen:\\n  port: 70000      | :2: listen.port is 70000, must be 0 to 65535
          listen:\\n\\n  port:         | :3: listen.port is nothing, must be a whole number
          listen: 8080                  | :1: listen is '8080', must be a section with: backlog, host
          listen: [a]                   | :1: listen is a list, must be a section with
          listen: {page: yes}           | :1: listen.page is 'yes', must be true or false
          listen: {paths: ws}           | :1: listen.paths has 'ws', must be paths that begin with /
          heartbeat: {interval: 25}     | :1: heartbeat.interval is '25', must be a time like 500ms, 25s, 2m, 1h or 7d
          heartbeat: {interval: 99999999999s} | :1: heartbeat.interval is '99999999999s', must be a time
          heartbeat: {timeout: 0s}      | :1: heartbeat.timeout is 0s, must be 100ms to 1d
          limits: {max_message: 1 MB}   | :1: limits.max_message is '1 MB', must be a size like 512 B, 64 KiB, 1 MiB or 2 GiB
          limits: {max_message: 1 B}    | :1: limits.max_message is 1 B, must be 125 B to 1 GiB
          auth: {mode: token}           | :1: auth.mode is 'token', must be anonymous, trusting, jwt
          auth: {jwt: {key: k}}         | :1: auth.mode is anonymous, must be jwt as there is a key
          auth: {mode: jwt, jwt: {key: k, jwks: j}} | :1: auth.jwt.jwks stands beside key
          auth: {mode: jwt, jwt: {key: k, algorithm: none}} | :1: auth.jwt.algorithm is none of HS256
          auth: {cookie: a b}           | :1: auth.cookie is no name of a cookie
          api: {keys: [password]}       | :1: api.keys has one of 8 characters, must be 20 to 200
          origins: [example.org]        | :1: origins has 'example.org': must be same, local, * or an origin
          origins: {a: b}               | :1: origins is a section, must be a text
          tls: {key: k.pem}             | :1: tls.certificate is missing
          rooms: [chat]                 | :1: rooms is a list, must be a section with a key for each
          rooms:\\n  chat/{id}:\\n    retention: {count: -1} | :3: rooms.chat/{id}.retention.count is -1, must be 0 to 10000000
          rooms:\\n  chat/{id}:\\n    presense: true | :3: 'rooms.chat/{id}.presense' is no setting. Did you mean 'rooms.chat/{id}.presence'?
          rooms:\\n  "chat/x{id}": {}  | :2: rooms has 'chat/x{id}': a variable is a whole segment
          drain: {time: 1s}\\ndrain: {} | :2: 'drain' stands here a second time
          listen: {port: 1              | :1: this is not YAML
          listen:\\n\\tport: 1         | :2: this is not YAML
          listen: &x {}\\nc: *x         | :1: this is not YAML: Number of aliases
          just words                    | :1: found 'just words', must be sections such as 'listen:'
          """)
  void aFlawIsToldWithItsPlaceAndWhatIsAllowed(String yaml, String expected) {
    String text = yaml.replace("\\n", "\n").replace("\\t", "\t");
    assertThatThrownBy(() -> load(text))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("carillon.yaml" + expected);
  }

  @Test
  void allFlawsAreToldAtOnce() {
    assertThatThrownBy(() -> load("listen: {port: x}\ndrain: {time: 5}\nfoo: 1\n"))
        .isInstanceOfSatisfying(
            ConfigurationException.class, wrong -> assertThat(wrong.flaws()).hasSize(3));
  }

  @Test
  void whatAFlawQuotesCannotTouchATerminal() {
    assertThatThrownBy(() -> load("listen: {port: \"\\e[2Jx\"}"))
        .hasMessageContaining("\\u001b[2Jx")
        .hasMessageNotContaining("\u001b");
  }

  @Test
  void theEnvironmentReplacesTheFileAndOptionsReplaceBoth() throws IOException {
    Path file = file("listen: {port: 1, host: a, backlog: 5}");
    Configuration read =
        Configuration.load(
                file,
                Map.of("CARILLON_PORT", "2", "CARILLON_LISTEN_HOST", "b"),
                List.of(new Configuration.Override("--port", "listen.port", "3")))
            .configuration();

    assertThat(read.listen()).isEqualTo(Listen.DEFAULT.withPort(3).withHost("b").withBacklog(5));
  }

  @Test
  void aVariableGivesAListWithCommas() {
    assertThat(
            Configuration.load(
                    null, Map.of("CARILLON_ORIGINS", "same, https://a.example"), List.of())
                .configuration()
                .origins())
        .containsExactly("same", "https://a.example");
  }

  @Test
  void aWrongVariableOrOptionIsToldByItsName() {
    assertThatThrownBy(
            () ->
                Configuration.load(
                    null,
                    Map.of("CARILLON_PORT", "tcp://10.0.0.1:8080"),
                    List.of(new Configuration.Override("--host", "listen.host", ""))))
        .hasMessageContaining("environment variable CARILLON_PORT: listen.port is 'tcp://10.0")
        .hasMessageContaining("--host: listen.host is empty");
  }

  @Test
  void anUnknownVariableIsIgnoredWithAWarning() {
    var loaded = Configuration.load(null, Map.of("CARILLON_PROT", "1", "HOME", "/"), List.of());

    assertThat(loaded.warnings())
        .singleElement()
        .asString()
        .contains("CARILLON_PROT is no setting")
        .contains("Did you mean CARILLON_PORT?");
  }

  @Test
  void aMissingFileIsToldInOneSentence() {
    assertThatThrownBy(() -> Configuration.load(folder.resolve("no.yaml"), Map.of(), List.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no.yaml: there is no such file");
  }

  @Test
  void theReferencePageIsWhatTheRecordsSay() throws IOException {
    Path page = Path.of("..", "docs", "reference", "configuration.md");
    if (Boolean.getBoolean("carillon.write")) {
      Files.writeString(page, Configuration.reference());
    }

    assertThat(page)
        .as("rewrite it with: mvn test -pl server -am -Dcarillon.write=true")
        .hasContent(Configuration.reference());
  }

  private Configuration.Loaded load(String yaml) {
    try {
      return Configuration.load(file(yaml), Map.of(), List.of());
    } catch (IOException broken) {
      throw new java.io.UncheckedIOException(broken);
    }
  }

  private Path file(String yaml) throws IOException {
    return Files.writeString(folder.resolve("carillon.yaml"), yaml);
  }
}
