/**
 * Plain connections: a WebSocket on {@code /rooms/{room}} is in that room, and frames are messages.
 */
@org.jspecify.annotations.NullMarked
module dev.carillon.protocol.plain {
  requires static org.jspecify;
  requires transitive dev.carillon.core;

  exports dev.carillon.protocol.plain;

  provides dev.carillon.core.spi.Protocol with
      dev.carillon.protocol.plain.PlainProtocol;
}
