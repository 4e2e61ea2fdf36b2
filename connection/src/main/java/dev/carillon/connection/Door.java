package dev.carillon.connection;

import dev.carillon.websocket.HttpFields;
import dev.carillon.websocket.RequestHead;
import dev.carillon.websocket.ServerTerms;
import org.jspecify.annotations.Nullable;

/** Decides what a request gets. Safe for use by many threads; does not block. */
@FunctionalInterface
public interface Door {
  /** What a request gets. */
  sealed interface Decision {
    /**
     * A WebSocket, if the opening handshake is in order; else the status that its breach asks for.
     *
     * @param terms subprotocols, compression and origins of this address
     * @param entry what is behind the door
     */
    record Upgrade(ServerTerms terms, Entry entry) implements Decision {}

    /**
     * An event stream, for a request without a body; the protocol is one that has {@linkplain
     * dev.carillon.core.spi.Protocol#streaming() a form} for it. The link ends with the stream.
     *
     * @param rooms what is behind the door
     * @param fields further header lines of the answer, whatever it is
     */
    record Stream(Application.Rooms rooms, HttpFields fields) implements Decision {}

    /** The transport's HTTP. Nothing of the connection is left. */
    record Http() implements Decision {}

    /**
     * Neither: it is answered with a JSON problem, the link is closed, nothing behind it is served.
     *
     * @param status 400 to 599
     * @param words what is wrong and what to do, shown to the client
     * @param fields further header lines
     */
    record Refuse(int status, String words, HttpFields fields) implements Decision {
      /** Without further header lines. */
      public Refuse(int status, String words) {
        this(status, words, HttpFields.NONE);
      }
    }
  }

  /** What an accepted handshake leads to. */
  @FunctionalInterface
  interface Entry {
    /**
     * Opens the application's side. Called once, on the connection's loop.
     *
     * @param subprotocol the name that was agreed, or null
     */
    Application open(@Nullable String subprotocol);
  }

  /** Decides on one request, whose head is well-formed HTTP/1.1. */
  Decision decide(RequestHead request, Peer peer);
}
