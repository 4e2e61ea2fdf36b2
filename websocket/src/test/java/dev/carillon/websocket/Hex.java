package dev.carillon.websocket;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Bytes written out. */
final class Hex {
  private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");

  private Hex() {}

  static byte[] bytes(String... hex) {
    var bytes = new ByteArrayOutputStream();
    for (var part : hex) {
      bytes.writeBytes(HexFormat.of().parseHex(part.replace(" ", "")));
    }
    return bytes.toByteArray();
  }

  static String of(byte[] bytes) {
    return SPACED.formatHex(bytes);
  }

  static String of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  static String of(ByteBuffer view) {
    return of(copy(view));
  }

  static byte[] copy(ByteBuffer view) {
    var bytes = new byte[view.remaining()];
    view.get(view.position(), bytes);
    return bytes;
  }
}
