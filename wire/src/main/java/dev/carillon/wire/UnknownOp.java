package dev.carillon.wire;

/**
 * A well-formed message whose {@code op} this version does not know. Every side ignores it, so that
 * versions can mix; a server answers {@link ErrorCode#UNKNOWN_OP} when it carries an id, so that
 * the newer client does not wait.
 *
 * @param op the operation as it was written
 * @param id the correlation number, 0 when there was none or it could not be read
 */
public record UnknownOp(String op, long id) implements FromClient, FromServer {}
