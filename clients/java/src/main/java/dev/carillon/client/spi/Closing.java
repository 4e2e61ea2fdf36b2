package dev.carillon.client.spi;

import dev.carillon.wire.Disconnect;
import dev.carillon.wire.Disconnect.ComeBack;

/** What a close code means: whether, and how, to come back. */
final class Closing {
  static final int GOING = 1000;
  static final int BAD_MESSAGE = Disconnect.BAD_MESSAGE.closeCode();
  static final int NO_HEARTBEAT = Disconnect.NO_HEARTBEAT.closeCode();

  private Closing() {}

  /** Codes that nobody knows are taken for passing trouble. */
  static ComeBack comeBack(int code) {
    Disconnect known = Disconnect.find(code);
    if (known != null) {
      return known.comeBack();
    }
    return switch (code) {
      case 1000, 1002, 1003, 1007, 1008, 1009, 1010 -> ComeBack.NEVER;
      default -> ComeBack.AFTER_DELAY;
    };
  }

  /** The name of a close code, as the code of an error. */
  static String name(int code) {
    Disconnect known = Disconnect.find(code);
    if (known != null) {
      return known.code();
    }
    return switch (code) {
      case 1000 -> "closed";
      case 1002 -> "protocol_error";
      case 1003 -> "unsupported_data";
      case 1007 -> "invalid_data";
      case 1008 -> "policy_violation";
      case 1009 -> "too_large";
      case 1010 -> "missing_extension";
      default -> "connection_lost";
    };
  }
}
