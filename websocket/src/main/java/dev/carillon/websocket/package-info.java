/**
 * The WebSocket protocol (RFC 6455) and permessage-deflate (RFC 7692), for both roles, without I/O.
 *
 * <p>The opening handshake is a pair of pure functions over parsed heads: {@link
 * dev.carillon.websocket.HttpHead}, {@link dev.carillon.websocket.ServerHandshake}, {@link
 * dev.carillon.websocket.ClientHandshake}. After it, an {@link dev.carillon.websocket.Engine} takes
 * the bytes of the peer and gives {@link dev.carillon.websocket.Incoming} events, and puts what is
 * to be sent into an {@link dev.carillon.websocket.Output}. Everything that a peer can do wrong is
 * a {@link dev.carillon.websocket.Rule}.
 */
package dev.carillon.websocket;
