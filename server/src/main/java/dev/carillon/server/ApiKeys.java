package dev.carillon.server;

import dev.carillon.core.spi.Secret;
import dev.carillon.transport.HttpResponse;
import dev.carillon.websocket.HttpFields;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Knows the API's keys without keeping them. Immutable, safe for use by many threads. */
final class ApiKeys {
  private static final String SCHEME = "Bearer ";

  private final List<byte[]> digests;

  ApiKeys(List<Secret> keys) {
    digests = keys.stream().map(key -> digest(key.reveal())).toList();
  }

  /** What whoever shows none of them is answered; null for who shows one. */
  @Nullable HttpResponse refusal(HttpFields fields) {
    if (digests.isEmpty()) {
      return Problems.of(
          403,
          "Forbidden",
          "this server has no keys to its API; set api.keys in its configuration",
          HttpFields.NONE);
    }
    return shown(fields)
        ? null
        : Problems.of(
            401,
            "Unauthorized",
            "show a key of this server's API: Authorization: Bearer KEY",
            HttpFields.of("WWW-Authenticate", "Bearer realm=\"carillon\""));
  }

  /** How long that takes says nothing of any key. */
  private boolean shown(HttpFields fields) {
    List<String> lines = fields.all("Authorization");
    if (lines.size() != 1 || !lines.getFirst().regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return false;
    }
    byte[] shown = digest(lines.getFirst().substring(SCHEME.length()).strip());
    boolean known = false;
    for (byte[] digest : digests) {
      known |= MessageDigest.isEqual(digest, shown);
    }
    return known;
  }

  private static byte[] digest(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("this Java has no SHA-256", missing);
    }
  }
}
