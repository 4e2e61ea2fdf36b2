/**
 * Plain connections: what a WebSocket without any library sends to {@code /rooms/{room}} is
 * published there, and what is published there it receives, payload by payload.
 */
package dev.carillon.protocol.plain;
