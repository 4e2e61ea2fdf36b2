/**
 * One connection put together without I/O, threads or a clock of its own: handshake, WebSocket
 * engine, protocol conversation, control lane and the offers of a shard.
 */
package dev.carillon.connection;
