package dev.carillon.websocket;

/**
 * A close status code (RFC 6455 7.4) as a number from 1000 to 4999. Immutable.
 *
 * <p>Some codes are only told locally and never put into a frame: {@link #NO_STATUS}, {@link
 * #ABNORMAL} and {@link #TLS_FAILED}; {@link #sendable()} tells them apart.
 *
 * @param value the number on the wire
 */
public record CloseCode(int value) {
  /** 1000: the purpose of the connection is fulfilled. */
  public static final CloseCode NORMAL = new CloseCode(1000);

  /** 1001: the endpoint is going away. */
  public static final CloseCode GOING_AWAY = new CloseCode(1001);

  /** 1002: the peer broke the protocol. */
  public static final CloseCode PROTOCOL_ERROR = new CloseCode(1002);

  /** 1003: a kind of data that cannot be accepted. */
  public static final CloseCode UNSUPPORTED_DATA = new CloseCode(1003);

  /** 1005: the peer's Close frame carried no code. Never sent. */
  public static final CloseCode NO_STATUS = new CloseCode(1005);

  /** 1006: the transport ended without a Close frame. Never sent. */
  public static final CloseCode ABNORMAL = new CloseCode(1006);

  /** 1007: data that does not fit the message's type, such as text that is not UTF-8. */
  public static final CloseCode INVALID_DATA = new CloseCode(1007);

  /** 1008: a policy was violated and no other code fits. */
  public static final CloseCode POLICY_VIOLATION = new CloseCode(1008);

  /** 1009: a message too big to process. */
  public static final CloseCode TOO_BIG = new CloseCode(1009);

  /** 1010: the server did not agree to an extension that the client needs. */
  public static final CloseCode EXTENSION_MISSING = new CloseCode(1010);

  /** 1011: the server met a condition that it did not expect. */
  public static final CloseCode INTERNAL_ERROR = new CloseCode(1011);

  /** 1012: the service restarts. */
  public static final CloseCode SERVICE_RESTART = new CloseCode(1012);

  /** 1013: the service is overloaded, come back later. */
  public static final CloseCode TRY_AGAIN_LATER = new CloseCode(1013);

  /** 1014: a gateway got an invalid answer from its upstream. */
  public static final CloseCode BAD_GATEWAY = new CloseCode(1014);

  /** 1015: the TLS handshake failed. Never sent. */
  public static final CloseCode TLS_FAILED = new CloseCode(1015);

  private static final CloseCode[] NAMED = {
    NORMAL,
    GOING_AWAY,
    PROTOCOL_ERROR,
    UNSUPPORTED_DATA,
    new CloseCode(1004),
    NO_STATUS,
    ABNORMAL,
    INVALID_DATA,
    POLICY_VIOLATION,
    TOO_BIG,
    EXTENSION_MISSING,
    INTERNAL_ERROR,
    SERVICE_RESTART,
    TRY_AGAIN_LATER,
    BAD_GATEWAY,
    TLS_FAILED
  };

  /** Checks the range. */
  public CloseCode {
    if (value < 1000 || value > 4999) {
      throw new IllegalArgumentException("close code is " + value + ", must be 1000 to 4999");
    }
  }

  /**
   * Gives the code with this number.
   *
   * @param value 1000 to 4999
   * @throws IllegalArgumentException when out of range
   */
  public static CloseCode of(int value) {
    return value >= 1000 && value < 1000 + NAMED.length
        ? NAMED[value - 1000]
        : new CloseCode(value);
  }

  /** Whether this code may stand in a Close frame (7.4.1, 7.4.2 and the IANA registry). */
  public boolean sendable() {
    return sendable(value);
  }

  static boolean sendable(int value) {
    return value >= 3000
        ? value <= 4999
        : value >= 1000 && value <= 1014 && value != 1004 && value != 1005 && value != 1006;
  }

  @Override
  public String toString() {
    return Integer.toString(value);
  }
}
