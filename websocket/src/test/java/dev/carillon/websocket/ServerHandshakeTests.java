package dev.carillon.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.websocket.ServerHandshake.Answer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@RfcSection("4.2")
class ServerHandshakeTests {
  private static final HttpFields GOOD =
      HttpFields.of(
          "Host", "server.example.com",
          "Upgrade", "websocket",
          "Connection", "Upgrade",
          "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==",
          "Sec-WebSocket-Version", "13");

  @Test
  void theExampleOfTheRfcIsAnswered() { // 1.3
    var answer = answer(GOOD.with("Sec-WebSocket-Protocol", "chat, superchat"), terms("chat"));
    var expected =
        HttpFields.of(
            "Upgrade", "websocket",
            "Connection", "Upgrade",
            "Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            "Sec-WebSocket-Protocol", "chat");
    assertThat(answer)
        .isEqualTo(
            new Answer.Accepted(
                new ResponseHead(101, "Switching Protocols", expected), "chat", null));
  }

  @Test
  void namesAndTokensAreComparedWithoutCase() {
    var fields =
        without("Upgrade", "Connection")
            .with("upgrade", "h2c, WebSocket")
            .with("CONNECTION", "keep-alive, uPgRaDe");
    assertThat(answer(fields, ServerTerms.DEFAULT)).isInstanceOf(Answer.Accepted.class);
    assertThat(ServerHandshake.asked(get(fields))).isTrue();
    assertThat(ServerHandshake.asked(get(without("Upgrade")))).isFalse();
  }

  @Test
  void theServersPreferenceChoosesTheSubprotocol() {
    var fields = GOOD.with("Sec-WebSocket-Protocol", "a, b").with("Sec-WebSocket-Protocol", "c");
    assertThat(accepted(answer(fields, terms("x", "c", "a"))).subprotocol()).isEqualTo("c");
    assertThat(accepted(answer(fields, terms("A"))).subprotocol()).isNull();
    assertThat(accepted(answer(GOOD, terms("a"))).subprotocol()).isNull();
  }

  @Test
  @Provokes(Rule.METHOD_NOT_GET)
  void onlyGetIsAnswered() {
    var rejected =
        rejected(
            ServerHandshake.answer(new RequestHead("POST", "/", GOOD), ServerTerms.DEFAULT),
            Rule.METHOD_NOT_GET,
            405);
    assertThat(rejected.head().fields().first("Allow")).isEqualTo("GET");
  }

  @Test
  @Provokes(Rule.UPGRADE_MISSING)
  void aPlainGetIsToldToUpgrade() {
    var head = rejected(without("Upgrade"), Rule.UPGRADE_MISSING, 426).head();
    assertThat(head.fields().first("Upgrade")).isEqualTo("websocket");
    assertThat(head.fields().hasToken("Connection", "upgrade")).isTrue();
    assertThat(head.fields().hasToken("Connection", "close")).isTrue();
    rejected(without("Upgrade").with("Upgrade", "websockets"), Rule.UPGRADE_MISSING, 426);
  }

  @Test
  @Provokes(Rule.CONNECTION_WITHOUT_UPGRADE)
  void theConnectionHeaderMustSayUpgrade() {
    rejected(without("Connection"), Rule.CONNECTION_WITHOUT_UPGRADE, 400);
    rejected(
        without("Connection").with("Connection", "keep-alive"),
        Rule.CONNECTION_WITHOUT_UPGRADE,
        400);
  }

  @Test
  @Provokes({Rule.VERSION_MISSING, Rule.VERSION_UNSUPPORTED})
  void onlyVersion13IsSpoken() {
    var fields = without("Sec-WebSocket-Version");
    rejected(fields, Rule.VERSION_MISSING, 426);
    for (var version : new String[] {"8", "12", "14", "013", "13, 8", "+13", ""}) {
      var rejected =
          rejected(fields.with("Sec-WebSocket-Version", version), Rule.VERSION_UNSUPPORTED, 426);
      assertThat(rejected.head().fields().first("Sec-WebSocket-Version")).isEqualTo("13");
    }
    rejected(GOOD.with("Sec-WebSocket-Version", "13"), Rule.VERSION_UNSUPPORTED, 426);
  }

  @Test
  @Provokes({Rule.KEY_MISSING, Rule.KEY_REPEATED, Rule.KEY_INVALID})
  void thereIsOneKeyOf16Bytes() {
    var fields = without("Sec-WebSocket-Key");
    rejected(fields, Rule.KEY_MISSING, 400);
    rejected(GOOD.with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), Rule.KEY_REPEATED, 400);
    for (var key :
        new String[] {
          "",
          "x",
          "dGhlIHNhbXBsZSBub25jZQ",
          "dGhlIHNhbXBsZSBub25jZTE=",
          "dGhlIHNhbXBsZSBub25j",
          "dGhlIHNhbXBsZSBub25j!Q==",
          "dGhlIHNhbXBsZSBub25jZSBhbmQgbW9yZQ=="
        }) {
      rejected(fields.with("Sec-WebSocket-Key", key), Rule.KEY_INVALID, 400);
    }
  }

  @Test
  @Provokes({Rule.BODY_ANNOUNCED, Rule.TRANSFER_CODING})
  void thereIsNoBody() {
    rejected(GOOD.with("Content-Length", "5"), Rule.BODY_ANNOUNCED, 400);
    rejected(GOOD.with("Transfer-Encoding", "chunked"), Rule.TRANSFER_CODING, 400);
    rejected(GOOD.with("Transfer-Encoding", "identity"), Rule.TRANSFER_CODING, 400);
    assertThat(answer(GOOD.with("Content-Length", "0"), ServerTerms.DEFAULT))
        .isInstanceOf(Answer.Accepted.class);
  }

  @Test
  void whatTheBytesWouldHaveShownIsCheckedAgain() {
    rejected(without("Host"), Rule.HOST_MISSING, 400);
    rejected(GOOD.with("Host", "other"), Rule.HOST_REPEATED, 400);
    rejected(
        ServerHandshake.answer(new RequestHead("GET", "*", GOOD), ServerTerms.DEFAULT),
        Rule.TARGET_INVALID,
        400);
  }

  @Test
  @Provokes(Rule.SUBPROTOCOLS_MALFORMED)
  void subprotocolsAreDistinctTokens() {
    for (var list : new String[] {"", ",", "a, a", "a b", "a;b", "\"a\"", "a, (b)"}) {
      rejected(GOOD.with("Sec-WebSocket-Protocol", list), Rule.SUBPROTOCOLS_MALFORMED, 400);
    }
    rejected(
        GOOD.with("Sec-WebSocket-Protocol", "a").with("Sec-WebSocket-Protocol", "a"),
        Rule.SUBPROTOCOLS_MALFORMED,
        400);
  }

  @Test
  @Provokes(Rule.EXTENSIONS_MALFORMED)
  void extensionsParse() {
    for (var list :
        new String[] {
          "",
          ";",
          "a;",
          "a;;b",
          "a b",
          "a; b=",
          "a; b=\"",
          "a; b=\"c",
          "a; b=\"\"",
          "a; b=\"c d\"",
          "a; =c",
          "a; b=c d",
          "a=b",
          "a; b=\"c\"d",
          "a; b=\"c\\"
        }) {
      rejected(GOOD.with("Sec-WebSocket-Extensions", list), Rule.EXTENSIONS_MALFORMED, 400);
    }
    for (var list : new String[] {"a", "a,b", "a;b", " a ; b = c , , d;e=\"f\\g\"", ",a"}) {
      assertThat(answer(GOOD.with("Sec-WebSocket-Extensions", list), ServerTerms.DEFAULT))
          .as(list)
          .isInstanceOf(Answer.Accepted.class);
    }
  }

  @Test
  @Provokes(Rule.ORIGIN_REFUSED)
  void originsAreChecked() { // 10.2
    var terms =
        new ServerTerms(List.of(), null, OriginPolicy.of(List.of("https://good.example"), false));
    assertThat(answer(GOOD.with("Origin", "https://good.example"), terms))
        .isInstanceOf(Answer.Accepted.class);
    rejected(answer(GOOD.with("Origin", "https://evil.example"), terms), Rule.ORIGIN_REFUSED, 403);
    rejected(answer(GOOD, terms), Rule.ORIGIN_REFUSED, 403);
  }

  /** Offer, terms (own bits, peer bits, own alone, peer alone), response, agreement. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          permessage-deflate | 15 15 - - | permessage-deflate | 15 15 - -
          permessage-deflate | 12 12 - - | permessage-deflate | 12 15 - -
          permessage-deflate; client_max_window_bits | 12 12 - - | permessage-deflate; client_max_window_bits=12 | 12 12 - -
          permessage-deflate; client_max_window_bits | 15 15 - - | permessage-deflate | 15 15 - -
          permessage-deflate; client_max_window_bits=10 | 12 12 - - | permessage-deflate; client_max_window_bits=10 | 12 10 - -
          permessage-deflate; server_max_window_bits=9 | 12 12 - - | permessage-deflate; server_max_window_bits=9 | 9 15 - -
          permessage-deflate; server_max_window_bits=8 | 15 15 - - | permessage-deflate; server_max_window_bits=8 | 8 15 - -
          permessage-deflate; server_max_window_bits=15 | 12 12 - - | permessage-deflate; server_max_window_bits=12 | 12 15 - -
          permessage-deflate; server_max_window_bits="9" | 12 12 - - | permessage-deflate; server_max_window_bits=9 | 9 15 - -
          permessage-deflate; server_no_context_takeover | 15 15 - - | permessage-deflate; server_no_context_takeover | 15 15 s -
          permessage-deflate; client_no_context_takeover | 15 15 - - | permessage-deflate; client_no_context_takeover | 15 15 - c
          permessage-deflate | 15 15 s c | permessage-deflate; server_no_context_takeover; client_no_context_takeover | 15 15 s c
          permessage-deflate; x, permessage-deflate | 15 15 - - | permessage-deflate | 15 15 - -
          x-other, permessage-deflate; server_max_window_bits=10, permessage-deflate | 15 15 - - | permessage-deflate; server_max_window_bits=10 | 10 15 - -
          permessage-deflate; server_max_window_bits=7 | 15 15 - - | - | -
          permessage-deflate; server_max_window_bits=16 | 15 15 - - | - | -
          permessage-deflate; server_max_window_bits=08 | 15 15 - - | - | -
          permessage-deflate; server_max_window_bits=+9 | 15 15 - - | - | -
          permessage-deflate; server_max_window_bits | 15 15 - - | - | -
          permessage-deflate; client_max_window_bits=0 | 15 15 - - | - | -
          permessage-deflate; client_no_context_takeover=1 | 15 15 - - | - | -
          permessage-deflate; server_no_context_takeover=true | 15 15 - - | - | -
          permessage-deflate; server_no_context_takeover; server_no_context_takeover | 15 15 - - | - | -
          permessage-deflate; client_max_window_bits; client_max_window_bits=9 | 15 15 - - | - | -
          permessage-deflate; server_max_window_bits=9; server_max_window_bits=9 | 15 15 - - | - | -
          permessage-deflate; client_no_context_takeover; client_no_context_takeover | 15 15 - - | - | -
          x-webkit-deflate-frame | 15 15 - - | - | -
          """)
  void deflateIsNegotiated(String offer, String terms, String response, String agreement) {
    var own = terms.split(" ");
    var wanted =
        new DeflateTerms(
            Integer.parseInt(own[0]),
            Integer.parseInt(own[1]),
            own[2].equals("s"),
            own[3].equals("c"));
    var answer =
        accepted(
            answer(
                GOOD.with("Sec-WebSocket-Extensions", offer),
                new ServerTerms(List.of(), wanted, OriginPolicy.ANY)));
    assertThat(answer.head().fields().first("Sec-WebSocket-Extensions")).isEqualTo(response);
    assertThat(answer.deflate() == null ? null : compact(answer.deflate())).isEqualTo(agreement);
  }

  @Test
  void compressionIsDeclinedWithoutTerms() {
    var offer = GOOD.with("Sec-WebSocket-Extensions", "permessage-deflate");
    var answer = accepted(answer(offer, new ServerTerms(List.of(), null, OriginPolicy.ANY)));
    assertThat(answer.deflate()).isNull();
    assertThat(answer.head().fields().first("Sec-WebSocket-Extensions")).isNull();
  }

  @Test
  void onlyRulesAboutRequestsRejectOne() {
    assertThatThrownBy(() -> ServerHandshake.reject(Rule.TEXT_NOT_UTF8))
        .isInstanceOf(IllegalArgumentException.class);
    for (var rule : Rule.values()) {
      if (rule.status().isPresent()) {
        var head = ServerHandshake.reject(rule).head();
        assertThat(head.reason()).as(rule.name()).isNotEmpty();
        assertThat(head.fields().hasToken("Connection", "close")).isTrue();
        assertThat(head.fields().first("Content-Length")).isEqualTo("0");
      }
    }
  }

  @Test
  void termsRefuseWhatIsNoToken() {
    assertThatThrownBy(() -> terms("a b")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> terms("a", "a")).isInstanceOf(IllegalArgumentException.class);
  }

  static String compact(DeflateAgreement agreed) {
    return agreed.serverWindowBits()
        + " "
        + agreed.clientWindowBits()
        + (agreed.serverNoContextTakeover() ? " s" : " -")
        + (agreed.clientNoContextTakeover() ? " c" : " -");
  }

  private static ServerTerms terms(String... subprotocols) {
    return new ServerTerms(List.of(subprotocols), null, OriginPolicy.ANY);
  }

  private static HttpFields without(String... names) {
    var lines = new ArrayList<>(GOOD.lines());
    lines.removeIf(line -> List.of(names).contains(line.name()));
    return HttpFields.of(lines);
  }

  private static RequestHead get(HttpFields fields) {
    return new RequestHead("GET", "/chat", fields);
  }

  private static Answer answer(HttpFields fields, ServerTerms terms) {
    return ServerHandshake.answer(get(fields), terms);
  }

  private static Answer.Accepted accepted(Answer answer) {
    assertThat(answer).isInstanceOf(Answer.Accepted.class);
    return (Answer.Accepted) answer;
  }

  private static Answer.Rejected rejected(HttpFields fields, Rule rule, int status) {
    return rejected(answer(fields, ServerTerms.DEFAULT), rule, status);
  }

  private static Answer.Rejected rejected(Answer answer, Rule rule, int status) {
    assertThat(answer).as(rule.name()).isInstanceOf(Answer.Rejected.class);
    var rejected = (Answer.Rejected) answer;
    assertThat(rejected.rule()).isEqualTo(rule);
    assertThat(rejected.head().status()).isEqualTo(status);
    return rejected;
  }
}
