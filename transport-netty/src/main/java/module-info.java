/** Sockets in both roles, TLS and HTTP by Netty: the only module that knows it. */
@org.jspecify.annotations.NullMarked
module dev.carillon.transport {
  requires static org.jspecify;
  requires transitive dev.carillon.connection;
  requires io.netty.buffer;
  requires io.netty.codec;
  requires io.netty.codec.http;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport;
  requires io.netty.transport.classes.epoll;
  requires io.netty.transport.unix.common;

  exports dev.carillon.transport;
}
