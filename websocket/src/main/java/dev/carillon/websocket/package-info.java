/**
 * The WebSocket protocol (RFC 6455) and permessage-deflate (RFC 7692), for both roles, without I/O.
 *
 * <p>The opening handshake is a pair of pure functions over parsed heads: {@link
 * dev.carillon.websocket.HttpHead}, {@link dev.carillon.websocket.ServerHandshake}, {@link
 * dev.carillon.websocket.ClientHandshake}. After it, an {@link dev.carillon.websocket.Engine} takes
 * the bytes of the peer and gives {@link dev.carillon.websocket.Incoming} events, and puts what is
 * to be sent into an {@link dev.carillon.websocket.Output}. Everything that a peer can do wrong is
 * a {@link dev.carillon.websocket.Rule}. An echo server, but for its socket:
 *
 * <pre>{@code
 * var progress = head.receive(fromSocket);                    // HttpHead.request(HttpLimits.DEFAULT)
 * if (progress instanceof Progress.Request(var request)) {
 *   switch (ServerHandshake.answer(request, ServerTerms.DEFAULT)) {
 *     case Rejected rejected -> send(rejected.head());        // and close the connection
 *     case Accepted accepted -> {
 *       send(accepted.head());
 *       engine = Engine.server(Limits.DEFAULT, deflate(accepted), output);
 *     }
 *   }
 * }
 *
 * engine.receive(fromSocket, incoming -> {
 *   switch (incoming) {
 *     case Text(var text)      -> engine.text(text.bytes());
 *     case Binary(var payload) -> engine.binary(payload);
 *     case Part part           -> {}                          // only with Delivery.PARTS
 *     case Ping ping           -> {}                          // its Pong is in the output
 *     case Pong pong           -> {}
 *     case Closed closed       -> {}                          // flush the output, then hang up
 *   }
 * });
 * }</pre>
 *
 * <p>An engine, its output and its {@link dev.carillon.websocket.Deflate} belong to one thread, the
 * connection's event loop, whose connections share one {@link dev.carillon.websocket.Compressors}.
 * Records and handshakes are immutable and belong to nobody. Buffers that are handed out are views
 * that are valid until the receiver returns.
 */
package dev.carillon.websocket;
