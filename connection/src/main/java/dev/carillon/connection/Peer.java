package dev.carillon.connection;

/**
 * Who is at the other end of a socket.
 *
 * @param address the address as text without a port, or {@code unix} for a Unix domain socket
 * @param secure whether the link is TLS
 */
public record Peer(String address, boolean secure) {}
