package dev.carillon.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.websocket.ClientHandshake.Outcome;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@RfcSection("4.1")
class ClientHandshakeTests {
  private static final ClientTerms PLAIN = new ClientTerms(List.of(), null, null, HttpFields.NONE);

  /** Gives the bytes of the key in RFC 6455 1.3. */
  private static Random nonce() {
    return new Random() {
      private static final long serialVersionUID = 1;

      @Override
      public void nextBytes(byte[] bytes) {
        System.arraycopy(
            "the sample nonce".getBytes(StandardCharsets.US_ASCII), 0, bytes, 0, bytes.length);
      }
    };
  }

  private static ClientHandshake request(ClientTerms terms) {
    return ClientHandshake.request(URI.create("ws://server.example.com/chat"), terms, nonce());
  }

  private static HttpFields good() {
    return HttpFields.of(
        "Upgrade", "WebSocket",
        "Connection", "keep-alive, upgrade",
        "Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  }

  private static HttpFields goodBut(String name) {
    var lines = new ArrayList<>(good().lines());
    lines.removeIf(line -> line.name().equals(name));
    return HttpFields.of(lines);
  }

  @Test
  void theRequestOfTheRfcIsMade() { // 1.2
    var terms =
        new ClientTerms(
            List.of("chat", "superchat"), null, "http://example.com", HttpFields.of("X", "y"));
    assertThat(new String(request(terms).head().toByteArray(), StandardCharsets.US_ASCII))
        .isEqualTo(
            """
            GET /chat HTTP/1.1
            Host: server.example.com
            Upgrade: websocket
            Connection: Upgrade
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
            Sec-WebSocket-Version: 13
            Origin: http://example.com
            Sec-WebSocket-Protocol: chat, superchat
            X: y

            """
                .replace("\n", "\r\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "ws://h, h, /",
    "ws://h:80/, h, /",
    "ws://h:443/, h:443, /",
    "wss://h:443/a%20b?c=%2F, h, /a%20b?c=%2F",
    "WSS://H:80?q, H:80, /?q",
    "http://[::1]:8080/x, [::1]:8080, /x"
  })
  void hostAndTargetComeFromTheUri(String uri, String host, String target) {
    var head = ClientHandshake.request(URI.create(uri), PLAIN, nonce()).head();
    assertThat(head.fields().first("Host")).isEqualTo(host);
    assertThat(head.target()).isEqualTo(target);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://h/", "/path", "ws:h", "ws://h/#f", "ws://user:secret@h/"})
  void otherUrisAreRefused(String uri) {
    assertThatThrownBy(() -> ClientHandshake.request(URI.create(uri), PLAIN, nonce()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("secret");
  }

  @Test
  void headersCannotBreakOutOfTheirLine() {
    assertThatThrownBy(() -> HttpFields.of("A", "b\r\nC: d"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> HttpFields.of("A:", "b")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aGoodAnswerIsAgreed() {
    assertThat(request(PLAIN).check(response(good()))).isEqualTo(new Outcome.Agreed(null, null));
  }

  @Test
  @Provokes(Rule.STATUS_NOT_101)
  void anotherStatusIsHandedOnWithItsHead() {
    var response = new ResponseHead(503, "", HttpFields.of("Retry-After", "5"));
    var outcome = request(PLAIN).check(response);
    assertThat(outcome)
        .isEqualTo(
            new Outcome.Refused(
                Rule.STATUS_NOT_101,
                response,
                "the server did not switch protocols: it answered 503"));
  }

  @Test
  @Provokes({
    Rule.RESPONSE_UPGRADE_MISSING,
    Rule.RESPONSE_CONNECTION_WITHOUT_UPGRADE,
    Rule.ACCEPT_WRONG
  })
  void theAnswerMustFitTheKey() {
    refused(PLAIN, goodBut("Upgrade"), Rule.RESPONSE_UPGRADE_MISSING);
    refused(PLAIN, goodBut("Upgrade").with("Upgrade", "h2c"), Rule.RESPONSE_UPGRADE_MISSING);
    refused(PLAIN, goodBut("Connection"), Rule.RESPONSE_CONNECTION_WITHOUT_UPGRADE);
    refused(PLAIN, goodBut("Sec-WebSocket-Accept"), Rule.ACCEPT_WRONG);
    refused(
        PLAIN,
        goodBut("Sec-WebSocket-Accept")
            .with("Sec-WebSocket-Accept", "S3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        Rule.ACCEPT_WRONG);
    refused(
        PLAIN,
        good().with("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        Rule.ACCEPT_WRONG);
  }

  @Test
  @Provokes(Rule.SUBPROTOCOL_NOT_OFFERED)
  void onlyAnOfferedSubprotocolIsTaken() {
    var terms = new ClientTerms(List.of("a", "b"), null, null, HttpFields.NONE);
    assertThat(request(terms).check(response(good().with("Sec-WebSocket-Protocol", "b"))))
        .isEqualTo(new Outcome.Agreed("b", null));
    for (var chosen : new String[] {"c", "A", "a, b", ""}) {
      refused(terms, good().with("Sec-WebSocket-Protocol", chosen), Rule.SUBPROTOCOL_NOT_OFFERED);
    }
    refused(
        terms,
        good().with("Sec-WebSocket-Protocol", "a").with("Sec-WebSocket-Protocol", "b"),
        Rule.SUBPROTOCOL_NOT_OFFERED);
    refused(PLAIN, good().with("Sec-WebSocket-Protocol", "a"), Rule.SUBPROTOCOL_NOT_OFFERED);
  }

  @Test
  @Provokes(Rule.EXTENSION_NOT_OFFERED)
  void onlyAnOfferedExtensionIsTaken() {
    var extension = "Sec-WebSocket-Extensions";
    refused(PLAIN, good().with(extension, "permessage-deflate"), Rule.EXTENSION_NOT_OFFERED);
    for (var chosen :
        new String[] {
          "x", "permessage-deflate, x", "", ";", "permessage-deflate, permessage-deflate"
        }) {
      refused(ClientTerms.DEFAULT, good().with(extension, chosen), Rule.EXTENSION_NOT_OFFERED);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          15 15 - - | permessage-deflate; client_max_window_bits
          12 15 - - | permessage-deflate; client_max_window_bits=12
          12 10 - - | permessage-deflate; server_max_window_bits=10; client_max_window_bits=12, permessage-deflate; client_max_window_bits=12
          15 15 c s | permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits
          """)
  void theOfferSaysWhatIsWanted(String terms, String offer) {
    var head = request(deflating(terms)).head();
    assertThat(head.fields().first("Sec-WebSocket-Extensions")).isEqualTo(offer);
  }

  /** Terms (own bits, peer bits, own alone, peer alone), response, agreement (server, client). */
  @ParameterizedTest
  @Provokes(Rule.DEFLATE_RESPONSE_INVALID)
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          15 15 - - | permessage-deflate | 15 15 - -
          12 12 - - | permessage-deflate | 15 12 - -
          12 12 - - | permessage-deflate; server_max_window_bits=10 | 10 12 - -
          12 12 - - | permessage-deflate; client_max_window_bits=9 | 15 9 - -
          15 15 - - | permessage-deflate; client_max_window_bits=15 | 15 15 - -
          15 15 - - | permessage-deflate; server_no_context_takeover | 15 15 s -
          15 15 - - | permessage-deflate; client_no_context_takeover | 15 15 - c
          15 15 c - | permessage-deflate | 15 15 - c
          15 15 - s | permessage-deflate; server_no_context_takeover | 15 15 s -
          15 15 - s | permessage-deflate | -
          12 12 - - | permessage-deflate; client_max_window_bits=13 | -
          15 15 - - | permessage-deflate; client_max_window_bits | -
          15 15 - - | permessage-deflate; server_max_window_bits=7 | -
          15 15 - - | permessage-deflate; server_max_window_bits | -
          15 15 - - | permessage-deflate; x | -
          15 15 - - | permessage-deflate; server_no_context_takeover=1 | -
          """)
  void theResponseIsCheckedAgainstTheOffer(String terms, String answer, String agreement) {
    var response = response(good().with("Sec-WebSocket-Extensions", answer));
    var outcome = request(deflating(terms)).check(response);
    if (agreement == null) {
      assertThat(outcome)
          .isEqualTo(
              new Outcome.Refused(
                  Rule.DEFLATE_RESPONSE_INVALID, response, Rule.DEFLATE_RESPONSE_INVALID.words()));
    } else {
      var agreed = ((Outcome.Agreed) outcome).deflate();
      assertThat(agreed).isNotNull();
      assertThat(ServerHandshakeTests.compact(agreed)).isEqualTo(agreement);
    }
  }

  @Test
  void clientAndServerAgreeOnWhateverTheyWant() {
    for (int i = 0; i < 4 * 8 * 8 * 16; i++) {
      int bits = i;
      var client =
          new DeflateTerms(8 + bits % 8, 8 + bits / 8 % 8, (bits & 64) != 0, (bits & 128) != 0);
      var server =
          new DeflateTerms(
              8 + bits / 5 % 8, 8 + bits / 7 % 8, (bits & 512) != 0, (bits & 256) != 0);
      var request = request(new ClientTerms(List.of(), client, null, HttpFields.NONE));
      var answer =
          ServerHandshake.answer(
              request.head(), new ServerTerms(List.of(), server, OriginPolicy.ANY));
      var accepted = (ServerHandshake.Answer.Accepted) answer;
      var agreed = (Outcome.Agreed) request.check(accepted.head());
      assertThat(agreed.deflate()).isNotNull();
      assertThat(accepted.deflate()).isNotNull();
      // Each side inflates with no less than the other deflates with.
      assertThat(agreed.deflate().serverWindowBits())
          .isGreaterThanOrEqualTo(accepted.deflate().serverWindowBits());
      assertThat(agreed.deflate().clientWindowBits())
          .isLessThanOrEqualTo(accepted.deflate().clientWindowBits());
      assertThat(agreed.deflate().serverNoContextTakeover())
          .isEqualTo(accepted.deflate().serverNoContextTakeover());
    }
  }

  private static ClientTerms deflating(String terms) {
    var own = terms.split(" ");
    return new ClientTerms(
        List.of(),
        new DeflateTerms(
            Integer.parseInt(own[0]),
            Integer.parseInt(own[1]),
            own[2].equals("c"),
            own[3].equals("s")),
        null,
        HttpFields.NONE);
  }

  private static ResponseHead response(HttpFields fields) {
    return new ResponseHead(101, "Switching Protocols", fields);
  }

  private static void refused(ClientTerms terms, HttpFields fields, Rule rule) {
    var response = response(fields);
    assertThat(request(terms).check(response))
        .isEqualTo(new Outcome.Refused(rule, response, rule.words()));
  }
}
