package dev.carillon.client;

import dev.carillon.wire.Payload;
import dev.carillon.wire.Sender;
import org.jspecify.annotations.Nullable;

/**
 * A question of the application, or of another member. Immutable.
 *
 * @param room the room in which it is asked, if any
 * @param sender who asks, null for the application
 * @param event the name of what is asked
 * @param payload the data
 */
public record IncomingCall(
    @Nullable String room, @Nullable Sender sender, String event, Payload payload) {}
