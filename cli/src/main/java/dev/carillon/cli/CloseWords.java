package dev.carillon.cli;

import dev.carillon.transport.ClientConnection.Ended;
import dev.carillon.wire.Disconnect;

/** Says what a close code means and what to do about it. */
final class CloseWords {
  private CloseWords() {}

  /** Whether a connection that ended with this code ended well. */
  static boolean good(int code) {
    return code == 1000 || code == 1001 || code == 1005;
  }

  /** One sentence on how a connection ended. */
  static String of(Ended ended) {
    int code = ended.code().value();
    String reason = ended.reason().isEmpty() ? "" : ", reason: " + ended.reason();
    return "closed with %d: %s%s".formatted(code, meaning(code), reason);
  }

  static String meaning(int code) {
    Disconnect own = Disconnect.find(code);
    if (own != null) {
      return own.words() + comeBack(own);
    }
    return switch (code) {
      case 1000 -> "normal";
      case 1001 -> "the other side is going away";
      case 1002 -> "protocol error: one side broke a rule of RFC 6455";
      case 1003 -> "a kind of data that is not accepted, text instead of binary or the reverse";
      case 1005 -> "normal, no code was given";
      case 1006 -> "the connection broke without a goodbye; a proxy, the network or a crash";
      case 1007 -> "text that is not UTF-8, or data that does not fit its type";
      case 1008 -> "a rule of the server was broken; its reason or its log says which";
      case 1009 -> "a message was larger than the other side takes";
      case 1010 -> "an extension is missing";
      case 1011 -> "the server failed; its log says why";
      case 1012 -> "the server restarts, come back in a moment";
      case 1013 -> "the server is full, try later";
      case 1014 -> "a gateway got no good answer from the server behind it";
      case 1015 -> "TLS failed";
      default -> code >= 4000 ? "a code of the application's own" : "a registered code";
    };
  }

  private static String comeBack(Disconnect own) {
    return switch (own.comeBack()) {
      case NEVER -> "";
      case AFTER_DELAY -> "; connect again after a moment";
      case WITH_NEW_TOKEN -> "; connect again with a new token";
      case WITHOUT_SESSION -> "; connect again, as a new session";
    };
  }
}
