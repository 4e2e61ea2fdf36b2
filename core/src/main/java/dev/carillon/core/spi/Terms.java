package dev.carillon.core.spi;

import java.time.Duration;

/**
 * What a server tells each client of itself.
 *
 * @param node the node's name
 * @param heartbeat how often the peer must be heard of, at least
 * @param maxMessageBytes the largest message taken from a client
 * @param maxRooms the most rooms that one session may join
 */
public record Terms(String node, Duration heartbeat, int maxMessageBytes, int maxRooms) {}
