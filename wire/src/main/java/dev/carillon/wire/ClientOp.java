package dev.carillon.wire;

import java.util.Arrays;
import java.util.Locale;

/** The operations of {@link ClientMessage}. */
enum ClientOp {
  CONNECT,
  JOIN,
  LEAVE,
  PUBLISH,
  ACK,
  NACK,
  HISTORY,
  MEMBERS,
  STATE,
  CALL,
  REPLY,
  REFRESH,
  PING;

  private static final ClientOp[] ALL = values();
  static final NameTable TABLE = new NameTable(Arrays.stream(ALL).map(ClientOp::code).toList());

  private final String code = name().toLowerCase(Locale.ROOT);

  static ClientOp at(int index) {
    return ALL[index];
  }

  String code() {
    return code;
  }
}
