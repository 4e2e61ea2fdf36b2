package dev.carillon.core;

import dev.carillon.core.spi.Broker;

/**
 * What a session had not acknowledged in a room when it was lost.
 *
 * @param sent the highest offset that it was sent
 */
record Unsettled(Broker.Cursor cursor, long sent) {}
