package dev.carillon.wire;

/**
 * What a server finds in one frame from a client: a {@link ClientMessage}, an operation that this
 * version does not know ({@link UnknownOp}, to be ignored), or something that is no message ({@link
 * Malformed}).
 */
public sealed interface FromClient permits ClientMessage, UnknownOp, Malformed {}
