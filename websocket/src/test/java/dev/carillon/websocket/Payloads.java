package dev.carillon.websocket;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Seeded messages of several kinds. */
final class Payloads {
  private static final String[] WORDS =
      "room message offset epoch sender time event data user live presence gap resume".split(" ");

  private Payloads() {}

  /** Something like the JSON that servers send: repetitive, but never the same. */
  static byte[] json(Random random, int length) {
    var text = new StringBuilder();
    while (text.length() < length) {
      text.append("{\"").append(WORDS[random.nextInt(WORDS.length)]).append("\":\"");
      text.append(WORDS[random.nextInt(WORDS.length)]).append(random.nextInt(1000)).append("\"},");
    }
    return text.substring(0, length).getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] noise(Random random, int length) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** One of the kinds, of a length that is mostly small. */
  static byte[] any(Random random, int most) {
    int length = random.nextInt(1 + random.nextInt(most));
    return random.nextInt(4) == 0 ? noise(random, length) : json(random, length);
  }
}
