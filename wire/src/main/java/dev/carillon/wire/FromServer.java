package dev.carillon.wire;

/**
 * What a client finds in one frame from a server: a {@link ServerMessage}, an operation that this
 * version does not know ({@link UnknownOp}, to be ignored), or something that is no message ({@link
 * Malformed}).
 */
public sealed interface FromServer permits ServerMessage, UnknownOp, Malformed {}
