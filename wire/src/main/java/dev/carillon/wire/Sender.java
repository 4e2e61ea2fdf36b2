package dev.carillon.wire;

import org.jspecify.annotations.Nullable;

/**
 * Who published a message.
 *
 * @param session the session, absent for publications from outside any
 * @param user the user, absent for anonymous ones
 */
public record Sender(@Nullable String session, @Nullable String user) {}
