package dev.carillon.transport;

import dev.carillon.connection.HandshakeFailure;
import dev.carillon.transport.ConnectFailed.Reason;
import dev.carillon.websocket.ResponseHead;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says in a sentence why a client could not connect, and what to do about it. */
final class DialFailure {
  private DialFailure() {}

  static ConnectFailed of(URI uri, HandshakeFailure failure) {
    ResponseHead response = failure.response();
    String words =
        response == null || response.status() == 101
            ? "%s: %s".formatted(at(uri), failure.words())
            : "%s answered %d %s instead of switching to WebSocket%s"
                .formatted(
                    at(uri), response.status(), printable(response.reason()), hint(response));
    return new ConnectFailed(Reason.HANDSHAKE, words, response, failure.body(), null);
  }

  private static String hint(ResponseHead response) {
    return switch (response.status()) {
      case 301, 302, 303, 307, 308 -> {
        String location = response.fields().first("Location");
        yield location == null
            ? ""
            : "; redirects are not followed, connect to " + printable(location);
      }
      case 401 -> "; it wants a token or another proof of who you are";
      case 403 -> "; it does not let this origin or user in";
      case 404 -> "; check the path";
      case 429, 503 -> "; try later";
      default -> "";
    };
  }

  static ConnectFailed of(URI uri, Duration limit, Throwable cause) {
    return switch (cause) {
      case UnknownHostException unknown ->
          failed(Reason.UNKNOWN_HOST, "host %s is not known; check its name", host(uri), cause);
      case UnresolvedAddressException unknown ->
          failed(Reason.UNKNOWN_HOST, "host %s is not known; check its name", host(uri), cause);
      case ConnectTimeoutException late ->
          failed(
              Reason.TIMED_OUT,
              "%s did not answer within " + limit.toMillis() + " ms; check address and firewall",
              at(uri),
              cause);
      case NoRouteToHostException lost ->
          failed(Reason.UNREACHABLE, "%s cannot be reached; check the network", at(uri), cause);
      case ConnectException refused ->
          failed(Reason.REFUSED, "nobody listens at %s; is the server up?", at(uri), cause);
      default -> other(uri, cause);
    };
  }

  private static ConnectFailed other(URI uri, Throwable cause) {
    SSLException tls = tls(cause);
    if (tls == null) {
      return failed(
          Reason.UNREACHABLE,
          "%s: " + printable(String.valueOf(cause.getMessage())),
          at(uri),
          cause);
    }
    String why = printable(String.valueOf(tls.getMessage())).replace("%", "%%");
    return failed(
        Reason.TLS,
        "TLS with %s failed: "
            + why
            + "; name the CA that signed its certificate, or check the port",
        at(uri),
        cause);
  }

  private static @Nullable SSLException tls(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException tls) {
        return tls;
      }
    }
    return null;
  }

  private static ConnectFailed failed(Reason reason, String words, String about, Throwable cause) {
    return new ConnectFailed(reason, words.formatted(about), null, "", cause);
  }

  private static String host(URI uri) {
    return String.valueOf(uri.getHost());
  }

  /** The address without path and query, which may be secret. */
  private static String at(URI uri) {
    return uri.getPort() < 0 ? host(uri) : host(uri) + ":" + uri.getPort();
  }

  private static String printable(String text) {
    return text.replaceAll("[^\\x20-\\x7e]", "?");
  }
}
