package dev.carillon.connection;

import dev.carillon.websocket.ResponseHead;
import org.jspecify.annotations.Nullable;

/**
 * Why a client's opening handshake came to nothing.
 *
 * @param words what happened, in one sentence; holds no bytes of the peer
 * @param response the server's answer, or null when there was none
 * @param body the beginning of the answer's body, as the server sent it; up to 1024 characters
 */
public record HandshakeFailure(String words, @Nullable ResponseHead response, String body) {}
