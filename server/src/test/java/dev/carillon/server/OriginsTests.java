package dev.carillon.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginsTests {
  @ParameterizedTest
  @CsvSource({
    "https://example.org, https://example.org, true",
    "https://example.org, https://EXAMPLE.org:443, true",
    "https://example.org, http://example.org, false",
    "https://example.org, https://example.org:8443, false",
    "https://example.org, https://example.org.evil.test, false",
    "https://example.org, https://evil-example.org, false",
    "https://*.example.org, https://a.example.org, true",
    "https://*.example.org, https://a.b.example.org, true",
    "https://*.example.org, https://example.org, false",
    "https://*.example.org, https://evilexample.org, false",
    "https://*.example.org, https://*.example.org, false",
    "local, http://localhost:5173, true",
    "local, http://127.0.0.1:80, true",
    "local, 'http://[::1]:80', true",
    "local, http://localhost.evil.test, false",
    "local, null, false",
    "same, http://chat.test:8080, true",
    "same, https://chat.test:8080, false",
    "same, http://evil.test, false",
    "*, http://evil.test, true",
    "*, null, true",
    "https://example.org, https://example.org/path, false",
    "https://example.org, not an origin, false",
  })
  void anOriginIsAllowedOrNot(String word, String origin, boolean expected) {
    var origins = new Origins(List.of(word), false);
    assertThat(origins.allow(origin, "chat.test:8080", false)).isEqualTo(expected);
  }

  @Test
  void aProgramThatSendsNoOriginIsLetIn() {
    assertThat(new Origins(List.of(), false).allow(null, "a", false)).isTrue();
  }

  @Test
  void aNameMadeToResolveToThisMachineIsNotTheSameOriginOnLoopback() {
    var origins = new Origins(List.of("same"), true);
    assertThat(origins.allow("http://evil.test:8080", "evil.test:8080", false)).isFalse();
    assertThat(origins.allow("http://localhost:8080", "localhost:8080", false)).isTrue();
  }
}
