package dev.carillon.websocket;

import java.nio.charset.StandardCharsets;

/**
 * The head of an HTTP/1.1 request. Immutable.
 *
 * @param method such as GET
 * @param target path and query as sent, or an absolute URI
 * @param fields the header lines
 */
public record RequestHead(String method, String target, HttpFields fields) {
  /** The target without its query. */
  public String path() {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  /** What follows the first question mark, empty when there is none. */
  public String query() {
    int query = target.indexOf('?');
    return query < 0 ? "" : target.substring(query + 1);
  }

  /** Without query and values: they may be secret. */
  @Override
  public String toString() {
    return method + " " + path() + " " + fields;
  }

  /** The head as bytes, with the empty line. */
  public byte[] toByteArray() {
    var text = new StringBuilder(256).append(method).append(' ').append(target);
    text.append(" HTTP/1.1\r\n");
    HttpHead.append(text, fields);
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
