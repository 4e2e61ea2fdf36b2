/**
 * The WebSocket protocol (RFC 6455) with permessage-deflate (RFC 7692) for both roles, as state
 * machines over bytes. No I/O, no threads, no clock, no dependencies.
 */
@org.jspecify.annotations.NullMarked
module dev.carillon.websocket {
  requires static transitive org.jspecify;

  exports dev.carillon.websocket;
}
