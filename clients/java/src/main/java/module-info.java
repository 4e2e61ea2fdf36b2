/** The client for Java: rooms that are never silently missing anything, over one connection. */
@org.jspecify.annotations.NullMarked
module dev.carillon.client {
  requires transitive dev.carillon.wire;
  requires dev.carillon.websocket;
  requires static transitive org.jspecify;

  exports dev.carillon.client;
  exports dev.carillon.client.spi;
}
