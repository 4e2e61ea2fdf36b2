package dev.carillon.wire;

import java.util.Arrays;
import java.util.Locale;

/** The operations of {@link ServerMessage}. */
enum ServerOp {
  WELCOME,
  JOINED,
  RESUMED,
  RESET,
  GAP,
  SKIPPED,
  REWIND,
  STALE,
  LEFT,
  MESSAGE,
  PRESENCE,
  PUBLISHED,
  REJECTED,
  HISTORY,
  MEMBERS,
  CALL,
  REPLY,
  DONE,
  REFRESHED,
  ERROR,
  HEADS,
  PONG,
  GOODBYE;

  private static final ServerOp[] ALL = values();
  static final NameTable TABLE = new NameTable(Arrays.stream(ALL).map(ServerOp::code).toList());

  private final String code = name().toLowerCase(Locale.ROOT);

  static ServerOp at(int index) {
    return ALL[index];
  }

  String code() {
    return code;
  }
}
