package dev.carillon.server;

import dev.carillon.transport.HttpResponse;
import dev.carillon.websocket.HttpFields;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The page at {@code /} and the files that it is made of. Safe for use by many threads. */
final class Page {
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");

  // connect-src: older browsers do not take a page's own WebSocket for 'self'.
  private static final HttpFields SECURITY =
      HttpFields.of(
          "Content-Security-Policy",
          "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; object-src"
              + " 'none'; base-uri 'none'; frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cache-Control",
          "no-cache");

  private Page() {}

  /** The file for a path, or null when the page has none there. */
  static @Nullable HttpResponse at(String path) {
    if (path.equals("/")) {
      return file("index.html");
    }
    String prefix = "/page/";
    return path.startsWith(prefix) ? file(path.substring(prefix.length())) : null;
  }

  private static @Nullable HttpResponse file(String name) {
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    // A name and nothing else: what is served lies in one folder of the jar.
    if (type == null || !name.matches("[a-z][a-z-]*\\.[a-z]+")) {
      return null;
    }
    try (InputStream file = Page.class.getResourceAsStream("/page/" + name)) {
      return file == null
          ? null
          : new HttpResponse(200, SECURITY.with("Content-Type", type), file.readAllBytes());
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** What stands at {@code /} when the page is switched off. */
  static HttpResponse text() {
    return new HttpResponse(
        200,
        HttpFields.of("Content-Type", "text/plain; charset=utf-8", "Cache-Control", "no-cache"),
        "Carillon\n".getBytes(StandardCharsets.UTF_8));
  }
}
