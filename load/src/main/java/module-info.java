/** Load generation and its verification, against any WebSocket server. */
@org.jspecify.annotations.NullMarked
module dev.carillon.load {
  requires static org.jspecify;
  requires transitive dev.carillon.websocket;

  exports dev.carillon.load;
}
