package dev.carillon.websocket;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Every rule that a peer can break, with its section, the answer and the words. The engine, the
 * handshake, metrics labels and reports all read this one table.
 *
 * <p>A rule about frames has a {@link #closeCode()}; one about a request's head has an HTTP {@link
 * #status()}; one about a response's head has neither, as a client can only hang up.
 */
public enum Rule {
  /** RSV2, RSV3, or RSV1 where no extension gives it a meaning. */
  RESERVED_BITS_SET(
      "RFC 6455 5.2", CloseCode.PROTOCOL_ERROR, "a reserved bit is set that no extension defines"),
  /** Opcode 3 to 7 or 11 to 15. */
  RESERVED_OPCODE("RFC 6455 5.2", CloseCode.PROTOCOL_ERROR, "a frame with a reserved opcode"),
  /** A length that would have fitted a shorter form. */
  LENGTH_NOT_MINIMAL(
      "RFC 6455 5.2", CloseCode.PROTOCOL_ERROR, "a length must be encoded in the shortest form"),
  /** A 64-bit length with its top bit set. */
  LENGTH_TOP_BIT_SET(
      "RFC 6455 5.2", CloseCode.PROTOCOL_ERROR, "the top bit of a 64-bit length must be 0"),
  /** A server got a frame without a mask. */
  CLIENT_FRAME_UNMASKED("RFC 6455 5.1", CloseCode.PROTOCOL_ERROR, "a client must mask every frame"),
  /** A client got a frame with a mask. */
  SERVER_FRAME_MASKED("RFC 6455 5.1", CloseCode.PROTOCOL_ERROR, "a server must not mask a frame"),
  /** A continuation with nothing to continue. */
  CONTINUATION_WITHOUT_START(
      "RFC 6455 5.4", CloseCode.PROTOCOL_ERROR, "a continuation without a message to continue"),
  /** A new message while fragments of the last are missing. */
  MESSAGE_INSIDE_MESSAGE(
      "RFC 6455 5.4", CloseCode.PROTOCOL_ERROR, "a new message before the last one ended"),
  /** A control frame without FIN. */
  CONTROL_FRAGMENTED(
      "RFC 6455 5.5", CloseCode.PROTOCOL_ERROR, "a control frame must not be fragmented"),
  /** A control frame longer than 125 bytes. */
  CONTROL_TOO_LONG(
      "RFC 6455 5.5", CloseCode.PROTOCOL_ERROR, "a control frame carries at most 125 bytes"),
  /** A Close with a body of one byte. */
  CLOSE_BODY_TOO_SHORT(
      "RFC 6455 5.5.1",
      CloseCode.PROTOCOL_ERROR,
      "a close body holds a code of two bytes or nothing"),
  /** A Close with a code that must not be on the wire. */
  CLOSE_CODE_INVALID(
      "RFC 6455 7.4", CloseCode.PROTOCOL_ERROR, "a close code that must not be sent"),
  /** A Close whose reason is no UTF-8. */
  CLOSE_REASON_NOT_UTF8(
      "RFC 6455 5.5.1", CloseCode.INVALID_DATA, "a close reason must be valid UTF-8"),
  /** Text that is no UTF-8. */
  TEXT_NOT_UTF8("RFC 6455 8.1", CloseCode.INVALID_DATA, "a text message must be valid UTF-8"),
  /** A frame above {@link Limits#maxFrameBytes()}. */
  FRAME_TOO_LARGE("RFC 6455 10.4", CloseCode.TOO_BIG, "a frame is larger than the limit"),
  /** A message above {@link Limits#maxMessageBytes()}. */
  MESSAGE_TOO_LARGE("RFC 6455 10.4", CloseCode.TOO_BIG, "a message is larger than the limit"),
  /** A message of more frames than {@link Limits#maxFragments()}. */
  TOO_MANY_FRAGMENTS(
      "RFC 6455 10.4", CloseCode.TOO_BIG, "a message has more fragments than the limit"),

  /** RSV1 on a continuation. */
  COMPRESSED_CONTINUATION(
      "RFC 7692 6.1",
      CloseCode.PROTOCOL_ERROR,
      "only a message's first frame may be marked compressed"),
  /** RSV1 on a control frame. */
  COMPRESSED_CONTROL(
      "RFC 7692 6.1", CloseCode.PROTOCOL_ERROR, "a control frame must not be marked compressed"),
  /** Bytes that no deflater wrote. */
  DEFLATE_INVALID(
      "RFC 7692 7.2.2", CloseCode.INVALID_DATA, "a compressed message that cannot be inflated"),
  /** A message that ends inside a deflate block. */
  DEFLATE_TRUNCATED(
      "RFC 7692 7.2.1", CloseCode.INVALID_DATA, "a compressed message ends inside a block"),
  /** More than {@link Limits#maxMessageBytes()} come out. */
  INFLATED_TOO_LARGE(
      "RFC 7692 8", CloseCode.TOO_BIG, "a compressed message inflates to more than the limit"),

  /** No method, target and version with single spaces between. */
  REQUEST_LINE_MALFORMED("RFC 9112 3", 400, "the request line is malformed"),
  /** A target longer than the limit. */
  TARGET_TOO_LONG("RFC 9112 3", 414, "the request target is longer than the limit"),
  /** A target that is neither a path nor an http or ws URI. */
  TARGET_INVALID("RFC 6455 4.1", 400, "the request target must be a path or an absolute URI"),
  /** Not HTTP/1.1. */
  HTTP_VERSION_UNSUPPORTED("RFC 6455 4.2.1", 505, "the request must be HTTP/1.1"),
  /** A line feed without a carriage return, or the other way round. */
  LINE_END_INVALID("RFC 9112 2.2", 400, "a line must end with CR LF"),
  /** A header line that goes on in the next. */
  HEADER_FOLDED("RFC 9112 5.2", 400, "a folded header line"),
  /** No name, no colon, or a character that a name or value must not have. */
  HEADER_MALFORMED("RFC 9112 5", 400, "a malformed header line"),
  /** More header lines than the limit. */
  TOO_MANY_HEADERS("RFC 6585 5", 431, "too many header lines"),
  /** More header bytes than the limit. */
  HEADERS_TOO_LARGE("RFC 6585 5", 431, "the header is larger than the limit"),
  /** Not GET. */
  METHOD_NOT_GET("RFC 6455 4.2.1", 405, "a WebSocket handshake must be a GET"),
  /** No Host. */
  HOST_MISSING("RFC 6455 4.2.1", 400, "the Host header is missing"),
  /** More than one Host. */
  HOST_REPEATED("RFC 9112 3.2", 400, "more than one Host header"),
  /** A Host that is no host with an optional port. */
  HOST_INVALID("RFC 9112 3.2", 400, "the Host header is malformed"),
  /** A Content-Length that is repeated, no number, or beside a Transfer-Encoding. */
  LENGTH_AMBIGUOUS("RFC 9112 6.3", 400, "the length of the body can be read in two ways"),
  /** A Content-Length that is not 0. */
  BODY_ANNOUNCED("RFC 6455 4.1", 400, "a WebSocket handshake has no body"),
  /** Any Transfer-Encoding. */
  TRANSFER_CODING("RFC 6455 4.1", 400, "a WebSocket handshake has no transfer coding"),
  /** No {@code Upgrade: websocket}. A plain GET on a WebSocket path ends here. */
  UPGRADE_MISSING("RFC 6455 4.2.1", 426, "this path speaks WebSocket: send Upgrade: websocket"),
  /** No {@code Connection: Upgrade}. */
  CONNECTION_WITHOUT_UPGRADE("RFC 6455 4.2.1", 400, "the Connection header must contain Upgrade"),
  /** No Sec-WebSocket-Version. */
  VERSION_MISSING("RFC 6455 4.2.1", 426, "the Sec-WebSocket-Version header is missing"),
  /** A version other than 13. */
  VERSION_UNSUPPORTED("RFC 6455 4.4", 426, "only WebSocket version 13 is spoken here"),
  /** No Sec-WebSocket-Key. */
  KEY_MISSING("RFC 6455 4.2.1", 400, "the Sec-WebSocket-Key header is missing"),
  /** More than one Sec-WebSocket-Key. */
  KEY_REPEATED("RFC 6455 11.3.1", 400, "more than one Sec-WebSocket-Key header"),
  /** A key that is not 16 bytes in base64. */
  KEY_INVALID("RFC 6455 4.2.1", 400, "the Sec-WebSocket-Key must be 16 bytes in base64"),
  /** A Sec-WebSocket-Protocol that is no list of distinct tokens. */
  SUBPROTOCOLS_MALFORMED(
      "RFC 6455 4.1", 400, "Sec-WebSocket-Protocol must be a list of distinct tokens"),
  /** A Sec-WebSocket-Extensions that does not parse. */
  EXTENSIONS_MALFORMED("RFC 6455 9.1", 400, "the Sec-WebSocket-Extensions header is malformed"),
  /** An Origin that the policy does not let in. */
  ORIGIN_REFUSED("RFC 6455 10.2", 403, "this origin may not connect"),

  /** No version, status and reason. */
  RESPONSE_LINE_MALFORMED("RFC 9112 4", "the status line is malformed"),
  /** A status other than 101. */
  STATUS_NOT_101("RFC 6455 4.1", "the server did not switch protocols"),
  /** The response has no {@code Upgrade: websocket}. */
  RESPONSE_UPGRADE_MISSING("RFC 6455 4.1", "the response lacks Upgrade: websocket"),
  /** The response has no {@code Connection: Upgrade}. */
  RESPONSE_CONNECTION_WITHOUT_UPGRADE("RFC 6455 4.1", "the response lacks Connection: Upgrade"),
  /** A Sec-WebSocket-Accept that is missing, repeated or does not match the key. */
  ACCEPT_WRONG("RFC 6455 4.1", "the Sec-WebSocket-Accept does not match the key"),
  /** A subprotocol that was not asked for, or several. */
  SUBPROTOCOL_NOT_OFFERED("RFC 6455 4.1", "the server chose a subprotocol that was not offered"),
  /** An extension that was not asked for, or one twice. */
  EXTENSION_NOT_OFFERED("RFC 6455 4.1", "the server chose an extension that was not offered"),
  /** Parameters of permessage-deflate that do not answer the offer. */
  DEFLATE_RESPONSE_INVALID(
      "RFC 7692 7.1", "the server's permessage-deflate parameters do not answer the offer");

  private final String section;
  private final @Nullable CloseCode closeCode;
  private final int status;
  private final String words;

  Rule(String section, CloseCode closeCode, String words) {
    this.section = section;
    this.closeCode = closeCode;
    this.status = 0;
    this.words = words;
  }

  Rule(String section, int status, String words) {
    this.section = section;
    this.closeCode = null;
    this.status = status;
    this.words = words;
  }

  Rule(String section, String words) {
    this(section, 0, words);
  }

  /** The document and the section that state the rule. */
  public String section() {
    return section;
  }

  /** The close code that answers a breach, for rules about frames. */
  public @Nullable CloseCode closeCode() {
    return closeCode;
  }

  /** The HTTP status that answers a breach, for rules about requests. */
  public OptionalInt status() {
    return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
  }

  /** What is wrong, in words that fit a Close frame. */
  public String words() {
    return words;
  }

  @Override
  public String toString() {
    return name() + " (" + section + "): " + words;
  }
}
