package dev.carillon.broker.sqlite;

import org.jspecify.annotations.Nullable;

/**
 * What a store has done since it was opened, and how it is now.
 *
 * @param appends messages handed in
 * @param stored messages that got a place
 * @param refused messages refused because too much was waiting
 * @param trimmed messages dropped by retention
 * @param commits transactions
 * @param commitNanos nanoseconds spent in them
 * @param longestCommitNanos nanoseconds that the longest one took
 * @param checkpoints how often the write-ahead log was folded into the database
 * @param databaseBytes the size of the database
 * @param walBytes the part of the write-ahead log that is not folded in
 * @param queuedBytes what waits to be written
 * @param trouble why nothing can be stored now, or null when all is well
 */
public record StoreFigures(
    long appends,
    long stored,
    long refused,
    long trimmed,
    long commits,
    long commitNanos,
    long longestCommitNanos,
    long checkpoints,
    long databaseBytes,
    long walBytes,
    long queuedBytes,
    @Nullable String trouble) {}
