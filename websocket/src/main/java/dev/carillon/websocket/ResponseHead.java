package dev.carillon.websocket;

import java.nio.charset.StandardCharsets;

/**
 * The head of an HTTP/1.1 response. Immutable.
 *
 * @param status such as 101
 * @param reason the words behind it, may be empty
 * @param fields the header lines
 */
public record ResponseHead(int status, String reason, HttpFields fields) {
  /** The head as bytes, with the empty line. */
  public byte[] toByteArray() {
    var text = new StringBuilder(256).append("HTTP/1.1 ").append(status).append(' ').append(reason);
    text.append("\r\n");
    HttpHead.append(text, fields);
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
