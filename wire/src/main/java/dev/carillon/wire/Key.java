package dev.carillon.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** Every field name of every envelope. */
enum Key {
  OP,
  ID,
  TOKEN,
  RESUME,
  CLIENT,
  NAME,
  VERSION,
  HEARTBEAT,
  ROOM,
  FROM,
  EPOCH,
  OFFSET,
  LAST,
  SINCE,
  PRESENCE,
  FILTER,
  ACK,
  USER,
  SESSION,
  GLOBAL,
  EVENT,
  TYPE,
  DATA,
  PUBLISHER,
  INCARNATION,
  SEQUENCE,
  PREVIOUS,
  MESSAGE_ID,
  KEY,
  TAGS,
  PRIORITY,
  TTL,
  ECHO,
  READERS,
  REASON,
  LIMIT,
  ORDER,
  COMPACT,
  MEMBER,
  TIMEOUT,
  ERROR,
  CODE,
  MESSAGE,
  RETRYABLE,
  RETRY_AFTER,
  RESUMED,
  SERVER_TIME,
  LIMITS,
  MAX_MESSAGE_BYTES,
  MAX_ROOMS,
  MAX_HISTORY,
  MAX_PUBLISH_RATE,
  NODE,
  EXPIRES,
  HEAD,
  OLDEST,
  TO,
  OLD_EPOCH,
  RANGES,
  ATTEMPT,
  SENDER,
  TIME,
  STATE,
  COUNT,
  MEMBERS,
  LEVEL,
  DUPLICATE,
  OUTCOME,
  LAST_SEQUENCE,
  MESSAGES,
  MORE,
  ROOMS;

  private static final Key[] ALL = values();
  static final int COUNT_OF_ALL = ALL.length;
  static final NameTable TABLE = new NameTable(Arrays.stream(ALL).map(Key::code).toList());

  private final String code = name().toLowerCase(Locale.ROOT);
  private final byte[] bytes = code.getBytes(StandardCharsets.US_ASCII);

  static Key at(int index) {
    return ALL[index];
  }

  String code() {
    return code;
  }

  /** The name in ASCII; shared, not to be changed. */
  byte[] bytes() {
    return bytes;
  }
}
