package dev.carillon.transport;

import dev.carillon.websocket.HttpFields;
import java.nio.charset.StandardCharsets;

/**
 * The answer to a plain HTTP request. Content-Length and Connection are added.
 *
 * @param status 200 to 599
 * @param fields the header lines
 * @param body the whole body; left out of the answer to a HEAD
 */
public record HttpResponse(int status, HttpFields fields, byte[] body) {
  /** A body of text in UTF-8. */
  public static HttpResponse of(int status, String contentType, String body) {
    return of(status, contentType, body.getBytes(StandardCharsets.UTF_8));
  }

  /** A body of bytes. */
  public static HttpResponse of(int status, String contentType, byte[] body) {
    return new HttpResponse(status, HttpFields.of("Content-Type", contentType), body);
  }

  @Override
  public String toString() {
    return status + " with " + body.length + " bytes";
  }
}
