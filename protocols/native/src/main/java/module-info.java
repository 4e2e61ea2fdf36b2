/**
 * Carillon's own protocol: the messages of {@code dev.carillon.wire} to core's commands and back.
 */
@org.jspecify.annotations.NullMarked
module dev.carillon.protocol.carillon {
  requires static org.jspecify;
  requires transitive dev.carillon.core;
  requires dev.carillon.wire;

  exports dev.carillon.protocol.carillon;

  provides dev.carillon.core.spi.Protocol with
      dev.carillon.protocol.carillon.JsonProtocol,
      dev.carillon.protocol.carillon.MsgpackProtocol,
      dev.carillon.protocol.carillon.CborProtocol;
}
