package dev.carillon.websocket;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The key of a handshake and its answer (RFC 6455 1.3). */
final class AcceptKey {
  private static final String SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private AcceptKey() {}

  static String answerTo(String key) {
    try {
      var digest = MessageDigest.getInstance("SHA-1");
      var bytes = digest.digest((key + SUFFIX).getBytes(StandardCharsets.ISO_8859_1));
      return Base64.getEncoder().encodeToString(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-1, which every one must have", e);
    }
  }

  /** 4.2.1: whether it decodes to 16 bytes. */
  static boolean valid(String key) {
    if (key.length() != 24 || !key.endsWith("==")) {
      return false;
    }
    try {
      return Base64.getDecoder().decode(key).length == 16;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
