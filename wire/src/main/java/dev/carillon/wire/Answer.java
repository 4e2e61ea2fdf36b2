package dev.carillon.wire;

/** What a call is answered with: data, or a problem. */
public sealed interface Answer permits Payload, Problem {}
