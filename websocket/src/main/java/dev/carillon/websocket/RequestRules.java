package dev.carillon.websocket;

import dev.carillon.websocket.header.Origin;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What every HTTP/1.1 request must keep to, whatever it asks for. */
final class RequestRules {
  private RequestRules() {}

  /** The rule that the request breaks, null when it breaks none. */
  static @Nullable Rule broken(String target, HttpFields fields) {
    if (!isTarget(target)) {
      return Rule.TARGET_INVALID;
    }
    var hosts = fields.all("Host");
    if (hosts.isEmpty()) {
      return Rule.HOST_MISSING;
    }
    if (hosts.size() > 1) {
      return Rule.HOST_REPEATED;
    }
    if (!Origin.isAuthority(hosts.get(0))) {
      return Rule.HOST_INVALID;
    }
    var lengths = fields.all("Content-Length");
    boolean twoLengths = lengths.size() > 1 || fields.first("Transfer-Encoding") != null;
    if (!lengths.isEmpty() && (twoLengths || !isLength(lengths))) {
      return Rule.LENGTH_AMBIGUOUS;
    }
    return null;
  }

  private static boolean isLength(List<String> lengths) {
    var length = lengths.get(0);
    for (int i = 0; i < length.length(); i++) {
      if (length.charAt(i) < '0' || length.charAt(i) > '9') {
        return false;
      }
    }
    return !length.isEmpty() && length.length() <= 18;
  }

  /** A path with a query, an absolute URI, or the asterisk of OPTIONS; never a fragment. */
  private static boolean isTarget(String target) {
    if (target.indexOf('#') >= 0) {
      return false;
    }
    if (target.startsWith("/") || target.equals("*")) {
      return true;
    }
    int end = target.indexOf("://");
    if (end < 1) {
      return false;
    }
    return switch (target.substring(0, end).toLowerCase(Locale.ROOT)) {
      case "http", "https", "ws", "wss" -> target.length() > end + 3;
      default -> false;
    };
  }
}
