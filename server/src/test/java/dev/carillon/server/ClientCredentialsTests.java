package dev.carillon.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.connection.Peer;
import dev.carillon.connection.RequestTarget;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Secret;
import dev.carillon.websocket.HttpFields;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClientCredentialsTests {
  private static final Peer PEER = new Peer("192.0.2.1", false);

  @Test
  void theHeaderCountsBeforeAllOthers() {
    Credentials found =
        of(
            "/ws?token=q",
            "Authorization",
            "bearer h",
            "Sec-WebSocket-Protocol",
            "carillon.v1.json, bearer.s",
            "Cookie",
            "my_token=c",
            "Origin",
            "http://a");

    assertThat(token(found)).isEqualTo("h");
    assertThat(found.source()).isEqualTo(Credentials.Source.HEADER);
    assertThat(found.remoteAddress()).isEqualTo("192.0.2.1");
  }

  @Test
  void aSubprotocolCountsBeforeCookieAndQuery() {
    Credentials found =
        of("/ws?token=q", "Sec-WebSocket-Protocol", "x,bearer.s.t", "Cookie", "my_token=c");

    assertThat(token(found)).isEqualTo("s.t");
    assertThat(found.source()).isEqualTo(Credentials.Source.SUBPROTOCOL);
  }

  @Test
  void aCookieCountsOnlyUnderItsConfiguredName() {
    assertThat(token(of("/ws", "Cookie", "a=b; my_token=c"))).isEqualTo("c");
    assertThat(of("/ws", "Cookie", "your_token=c").source()).isEqualTo(Credentials.Source.NONE);
    HttpFields fields = HttpFields.of("Cookie", "a=b; my_token=c");
    assertThat(ClientCredentials.of(fields, target("/ws"), PEER, null).source())
        .isEqualTo(Credentials.Source.NONE);
  }

  @Test
  void theQueryCountsLast() {
    Credentials found = of("/ws?a=b&token=q%20r&user=alice");

    assertThat(token(found)).isEqualTo("q r");
    assertThat(found.userHint()).isEqualTo("alice");
  }

  @Test
  void aNameThatNoUserMayHaveIsNoHint() {
    assertThat(of("/ws?user=").userHint()).isNull();
    assertThat(of("/ws?user=a%0ab").userHint()).isNull();
    assertThat(of("/ws?user=" + "a".repeat(201)).userHint()).isNull();
  }

  @Test
  void whatProtocolsSeeHoldsNoToken() {
    assertThat(ClientCredentials.withoutToken(target("/ws?last=5&token=q").query()))
        .containsOnlyKeys("last");
  }

  @Test
  void credentialsPrintWithoutTheirToken() {
    assertThat(of("/ws?token=very-secret").toString()).doesNotContain("very-secret");
  }

  private static Credentials of(String target, String... fields) {
    return ClientCredentials.of(HttpFields.of(fields), target(target), PEER, "my_token");
  }

  private static RequestTarget target(String target) {
    return Objects.requireNonNull(RequestTarget.parse(target));
  }

  private static @Nullable String token(Credentials found) {
    Secret token = found.token();
    return token == null ? null : token.reveal();
  }
}
