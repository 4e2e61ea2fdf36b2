package dev.carillon.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@RfcSection("10.2")
class OriginPolicyTests {
  @ParameterizedTest
  @CsvSource({
    "https://example.org, https://example.org, true",
    "https://example.org, HTTPS://EXAMPLE.ORG, true",
    "https://example.org, https://example.org:443, true",
    "https://example.org:443, https://example.org, true",
    "https://example.org, http://example.org, false",
    "https://example.org, https://example.org:444, false",
    "https://example.org, https://example.org.evil.com, false",
    "https://example.org, https://evil-example.org, false",
    "https://example.org, https://example.org@evil.com, false",
    "https://example.org, https://example.org/, false",
    "https://example.org, https://sub.example.org, false",
    "https://example.org, null, false",
    "https://example.org, '', false",
    "http://localhost:8080, http://localhost:8080, true",
    "http://localhost:8080, http://localhost, false",
    "http://[::1]:8080, http://[::1]:8080, true",
    "https://*.example.org, https://a.example.org, true",
    "https://*.example.org, https://a.example.org:443, true",
    "https://*.example.org, https://a.b.example.org, false",
    "https://*.example.org, https://example.org, false",
    "https://*.example.org, https://.example.org, false",
    "https://*.example.org, https://evilexample.org, false",
    "https://*.example.org, https://*.example.org, false",
    "https://*.example.org, http://a.example.org, false",
  })
  void originsAreComparedAsSchemeHostAndPort(String pattern, String origin, boolean allowed) {
    assertThat(OriginPolicy.of(List.of(pattern), true).allows(origin)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*", "https://*", "https://*.", "https://a*.example.org", "https://a.*.example.org",
        "https://**.example.org", "example.org", "https://", "https://example.org/", "ftp://h",
        "https://h:0", "https://h:65536", "https://h:", ""
      })
  void otherPatternsAreRefused(String pattern) {
    assertThatThrownBy(() -> OriginPolicy.of(List.of(pattern), true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aMissingOriginPassesWhereAllowed() {
    assertThat(OriginPolicy.of(List.of(), true).allows(null)).isTrue();
    assertThat(OriginPolicy.of(List.of(), false).allows(null)).isFalse();
    assertThat(OriginPolicy.ANY.allows(null)).isTrue();
    assertThat(OriginPolicy.ANY.allows("null")).isTrue();
  }
}
