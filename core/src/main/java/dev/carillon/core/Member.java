package dev.carillon.core;

import org.jspecify.annotations.Nullable;

/**
 * A session that presence shows in a room.
 *
 * @param session its identifier, unique among the sessions alive
 * @param user who it belongs to
 * @param state what it said of itself, or null
 */
public record Member(String session, User user, @Nullable Payload state) {}
