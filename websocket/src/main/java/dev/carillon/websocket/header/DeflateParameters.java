package dev.carillon.websocket.header;

import org.jspecify.annotations.Nullable;

/**
 * The parameters of one permessage-deflate element (RFC 7692 7.1), in an offer or a response.
 * Immutable.
 *
 * @param serverMaxWindowBits null when absent
 * @param clientMaxWindowBits null when absent, or present without a value
 * @param clientMaxWindowBitsPresent whether the parameter is there, with or without a value
 */
public record DeflateParameters(
    boolean serverNoContextTakeover,
    boolean clientNoContextTakeover,
    @Nullable Integer serverMaxWindowBits,
    @Nullable Integer clientMaxWindowBits,
    boolean clientMaxWindowBitsPresent) {
  /** The extension's name. */
  public static final String NAME = "permessage-deflate";

  /**
   * Reads the parameters.
   *
   * @return null when one is unknown, repeated or has a wrong value: 7.1 wants such an offer
   *     declined and such a response refused
   */
  public static @Nullable DeflateParameters of(Extension extension) {
    boolean serverAlone = false;
    boolean clientAlone = false;
    Integer serverBits = null;
    Integer clientBits = null;
    boolean clientPresent = false;
    for (var parameter : extension.parameters()) {
      var value = parameter.value();
      switch (parameter.name()) {
        case "server_no_context_takeover" -> {
          if (serverAlone || value != null) {
            return null;
          }
          serverAlone = true;
        }
        case "client_no_context_takeover" -> {
          if (clientAlone || value != null) {
            return null;
          }
          clientAlone = true;
        }
        case "server_max_window_bits" -> {
          if (serverBits != null || value == null) {
            return null;
          }
          serverBits = bits(value);
          if (serverBits == null) {
            return null;
          }
        }
        case "client_max_window_bits" -> {
          if (clientPresent) {
            return null;
          }
          clientPresent = true;
          clientBits = value == null ? null : bits(value);
          if (value != null && clientBits == null) {
            return null;
          }
        }
        default -> {
          return null;
        }
      }
    }
    return new DeflateParameters(serverAlone, clientAlone, serverBits, clientBits, clientPresent);
  }

  /** 7.1.2: a decimal number from 8 to 15 without leading zeros. */
  private static @Nullable Integer bits(String value) {
    return switch (value) {
      case "8" -> 8;
      case "9" -> 9;
      case "10" -> 10;
      case "11" -> 11;
      case "12" -> 12;
      case "13" -> 13;
      case "14" -> 14;
      case "15" -> 15;
      default -> null;
    };
  }

  /** The element as it stands in a header. */
  @Override
  public String toString() {
    var text = new StringBuilder(NAME);
    if (serverNoContextTakeover) {
      text.append("; server_no_context_takeover");
    }
    if (clientNoContextTakeover) {
      text.append("; client_no_context_takeover");
    }
    if (serverMaxWindowBits != null) {
      text.append("; server_max_window_bits=").append(serverMaxWindowBits);
    }
    if (clientMaxWindowBitsPresent) {
      text.append("; client_max_window_bits");
      if (clientMaxWindowBits != null) {
        text.append('=').append(clientMaxWindowBits);
      }
    }
    return text.toString();
  }
}
