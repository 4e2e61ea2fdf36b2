package dev.carillon.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.websocket.HttpHead.Progress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@RfcSection("RFC 9112")
class HttpHeadTests {
  private static final HttpLimits SMALL = new HttpLimits(4, 100, 20);

  @ParameterizedTest
  @EnumSource(Split.class)
  void aRequestIsReadAndWhatFollowsIsLeft(Split split) {
    var text = "GET /chat?room=1 HTTP/1.1\r\nHost: example.org:8080\r\nX-A:  b \t\r\nx-a:\r\n\r\n";
    var progress = request(split, text + "rest");
    assertThat(progress).isInstanceOf(Progress.Request.class);
    var head = ((Progress.Request) progress).head();
    assertThat(head.method()).isEqualTo("GET");
    assertThat(head.path()).isEqualTo("/chat");
    assertThat(head.query()).isEqualTo("room=1");
    assertThat(head.fields().first("host")).isEqualTo("example.org:8080");
    assertThat(head.fields().all("X-A")).containsExactly("b", "");
    assertThat(head.fields().first("missing")).isNull();
    assertThat(head.toString()).doesNotContain("room=1").doesNotContain("8080");
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void aResponseIsRead(Split split) {
    var progress =
        response(split, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
    var expected =
        new ResponseHead(101, "Switching Protocols", HttpFields.of("Upgrade", "websocket"));
    assertThat(progress).isEqualTo(new Progress.Response(expected));
    assertThat(response(split, "HTTP/1.0 503\r\n\r\n"))
        .isEqualTo(new Progress.Response(new ResponseHead(503, "", HttpFields.NONE)));
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    var request = new RequestHead("GET", "/a?b", HttpFields.of("Host", "h", "A", "b c"));
    var text = new String(request.toByteArray(), StandardCharsets.ISO_8859_1);
    assertThat(request(Split.WHOLE, text)).isEqualTo(new Progress.Request(request));
    var response = new ResponseHead(404, "Not Found", HttpFields.of("A", "b"));
    text = new String(response.toByteArray(), StandardCharsets.ISO_8859_1);
    assertThat(response(Split.WHOLE, text)).isEqualTo(new Progress.Response(response));
  }

  @Test
  void oneEmptyLineBeforeARequestIsSkipped() { // 2.2
    assertThat(request(Split.BYTE_BY_BYTE, "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"))
        .isInstanceOf(Progress.Request.class);
    broken(Rule.REQUEST_LINE_MALFORMED, "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
  }

  @Test
  void anIncompleteHeadIsIncomplete() {
    assertThat(request(Split.WHOLE, "GET / HTTP/1.1\r\nHost: h\r\n"))
        .isInstanceOf(Progress.Incomplete.class);
    var head = HttpHead.request(HttpLimits.DEFAULT);
    assertThat(head.begun()).isFalse();
    head.receive(ByteBuffer.wrap(new byte[] {'G'}));
    assertThat(head.begun()).isTrue();
  }

  @Test
  void aHeadThatHasEndedTakesNothing() {
    var head = HttpHead.request(HttpLimits.DEFAULT);
    head.receive(bytes("\n"));
    assertThatThrownBy(() -> head.receive(bytes("G"))).isInstanceOf(IllegalStateException.class);
  }

  @Test
  @Provokes(Rule.REQUEST_LINE_MALFORMED)
  void aRequestLineHasThreeParts() {
    for (var line :
        new String[] {
          "GET",
          "GET /",
          "GET  / HTTP/1.1",
          " GET / HTTP/1.1",
          "GET / HTTP/1.1 ",
          "G@T / HTTP/1.1",
          "GET / http/1.1",
          "GET /\u00e9 HTTP/1.1",
          "GET /\u0001 HTTP/1.1",
          "GET / HTTP/11",
          "GET /\tHTTP/1.1",
          "GET / a HTTP/1.1"
        }) {
      broken(Rule.REQUEST_LINE_MALFORMED, line + "\r\nHost: h\r\n\r\n");
    }
  }

  @Test
  @Provokes(Rule.HTTP_VERSION_UNSUPPORTED)
  void onlyOnePointOneIsSpoken() {
    for (var version : new String[] {"1.0", "0.9", "2.0", "1.2"}) {
      broken(Rule.HTTP_VERSION_UNSUPPORTED, "GET / HTTP/" + version + "\r\nHost: h\r\n\r\n");
    }
  }

  @Test
  @Provokes(Rule.TARGET_INVALID)
  void aTargetIsAPathOrAnAbsoluteUri() {
    for (var target : new String[] {"chat", "ftp://h/", "/a#b", "http://", "://h/", "h:80"}) {
      broken(Rule.TARGET_INVALID, "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    assertThat(request(Split.WHOLE, "GET ws://h/chat HTTP/1.1\r\nHost: h\r\n\r\n"))
        .isInstanceOf(Progress.Request.class);
  }

  @Test
  @Provokes(Rule.LINE_END_INVALID)
  void linesEndWithCrLf() {
    broken(Rule.LINE_END_INVALID, "GET / HTTP/1.1\nHost: h\r\n\r\n");
    broken(Rule.LINE_END_INVALID, "GET / HTTP/1.1\r\nHost: h\n\r\n");
    broken(Rule.LINE_END_INVALID, "GET / HTTP/1.1\r\nHost: h\r\n\n");
    broken(Rule.LINE_END_INVALID, "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n");
    broken(Rule.LINE_END_INVALID, "GET / HTTP/1.1\r\nHost: h\r\r\n\r\n");
  }

  @Test
  @Provokes(Rule.HEADER_FOLDED)
  void headersAreNotFolded() {
    broken(Rule.HEADER_FOLDED, "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n");
    broken(Rule.HEADER_FOLDED, "GET / HTTP/1.1\r\n\tHost: h\r\n\r\n");
  }

  @Test
  @Provokes(Rule.HEADER_MALFORMED)
  void headersAreATokenAColonAndAValue() {
    for (var line :
        new String[] {
          "A", ": b", "A : b", "A(: b", "\u00e9: b", "A: b\u0000", "A: \u007f", "A: b\u001b[1m"
        }) {
      broken(Rule.HEADER_MALFORMED, "GET / HTTP/1.1\r\nHost: h\r\n" + line + "\r\n\r\n");
    }
  }

  @Test
  @Provokes({Rule.TARGET_TOO_LONG, Rule.TOO_MANY_HEADERS, Rule.HEADERS_TOO_LARGE})
  void everythingIsLimited() {
    var line = "GET /" + "a".repeat(19) + " HTTP/1.1\r\n";
    assertThat(read(HttpHead.request(SMALL), Split.WHOLE, line + "Host: h\r\n\r\n"))
        .isInstanceOf(Progress.Request.class);
    brokenSmall(Rule.TARGET_TOO_LONG, "GET /" + "a".repeat(20) + " HTTP/1.1\r\nHost: h\r\n\r\n");
    brokenSmall(Rule.TARGET_TOO_LONG, "a".repeat(100_000));
    brokenSmall(Rule.TOO_MANY_HEADERS, "GET / HTTP/1.1\r\n" + "A: b\r\n".repeat(5));
    brokenSmall(Rule.HEADERS_TOO_LARGE, "GET / HTTP/1.1\r\nA: " + "b".repeat(100));
    brokenSmall(
        Rule.HEADERS_TOO_LARGE, "GET / HTTP/1.1\r\n" + ("A: " + "b".repeat(46) + "\r\n").repeat(2));
  }

  @Test
  @Provokes({Rule.HOST_MISSING, Rule.HOST_REPEATED, Rule.HOST_INVALID})
  void thereIsExactlyOneHost() {
    broken(Rule.HOST_MISSING, "GET / HTTP/1.1\r\n\r\n");
    broken(Rule.HOST_REPEATED, "GET / HTTP/1.1\r\nHost: h\r\nhost: h\r\n\r\n");
    for (var host :
        new String[] {"", "a b", "u@h", "h:", "h:99999", "h:80x", "[::1", "[]", "[g]", "h/"}) {
      broken(Rule.HOST_INVALID, "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    }
    for (var host :
        new String[] {"h", "h:1", "127.0.0.1:65535", "[::1]", "[::1]:80", "a-b.example"}) {
      assertThat(request(Split.WHOLE, "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"))
          .as(host)
          .isInstanceOf(Progress.Request.class);
    }
  }

  @Test
  @Provokes(Rule.LENGTH_AMBIGUOUS)
  void aLengthIsReadInOneWay() {
    for (var lines :
        new String[] {
          "Content-Length: 1\r\nContent-Length: 1", "Content-Length: +1", "Content-Length: 1, 1",
          "Content-Length: ", "Content-Length: 0x1",
              "Content-Length: 1\r\nTransfer-Encoding: chunked"
        }) {
      broken(Rule.LENGTH_AMBIGUOUS, "POST / HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n\r\n");
    }
  }

  @Test
  @Provokes(Rule.RESPONSE_LINE_MALFORMED)
  void aStatusLineHasAVersionAndThreeDigits() {
    for (var line :
        new String[] {
          "",
          "HTTP/1.1",
          "HTTP/1.1 99 x",
          "HTTP/1.1 1010 x",
          "HTTP/2.0 101 x",
          "HTTP/1.0 101 x",
          "HTTP/1.1  101",
          "HTTP/1.1 1a1 x",
          "ICY 200 OK",
          "HTTP/1.1 020 x"
        }) {
      assertThat(response(Split.WHOLE, line + "\r\n\r\n"))
          .as(line)
          .isEqualTo(malformed(Rule.RESPONSE_LINE_MALFORMED));
    }
  }

  private static void broken(Rule rule, String text) {
    for (var split : Split.values()) {
      assertThat(request(split, text)).as(text).isEqualTo(malformed(rule));
    }
  }

  private static void brokenSmall(Rule rule, String text) {
    for (var split : Split.values()) {
      assertThat(read(HttpHead.request(SMALL), split, text)).isEqualTo(malformed(rule));
    }
  }

  private static Progress malformed(Rule rule) {
    return new Progress.Malformed(rule, rule.words());
  }

  private static Progress request(Split split, String text) {
    return read(HttpHead.request(HttpLimits.DEFAULT), split, text);
  }

  private static Progress response(Split split, String text) {
    return read(HttpHead.response(HttpLimits.DEFAULT), split, text);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static Progress read(HttpHead head, Split split, String text) {
    Progress progress = new Progress.Incomplete();
    int taken = 0;
    var all = text.getBytes(StandardCharsets.ISO_8859_1);
    for (var part : split.cut(all)) {
      var in = ByteBuffer.wrap(part);
      progress = head.receive(in);
      taken += in.position();
      if (!(progress instanceof Progress.Incomplete)) {
        break;
      }
    }
    if (progress instanceof Progress.Request || progress instanceof Progress.Response) {
      var rest = Arrays.copyOfRange(all, taken, all.length);
      assertThat(new String(rest, StandardCharsets.ISO_8859_1)).isIn("", "rest");
    }
    return progress;
  }
}
