package dev.carillon.client.spi;

/** The protocol's times and limits for clients, in milliseconds where they are times. */
final class Rules {
  static final long FIRST_DELAY = 1_000;
  static final double DELAY_FACTOR = 1.5;
  static final long LONGEST_DELAY = 30_000;

  /** The longest wait that a server may ask for. */
  static final long LONGEST_SLOT = 300_000;

  /** What was refused is not asked again sooner, whatever the server says. */
  static final long SHORTEST_REST = 100;

  /** A connection welcomed for less does not earn its server's slot. */
  static final long BRIEF = 1_000;

  /** A connection that held for so long makes up for unreadable frames before it. */
  static final long TRUSTED = 60_000;

  /** From the attempt to the welcome. */
  static final long OPENING = 10_000;

  static final long SHORTEST_HEARTBEAT = 1_000;

  /** How long a connection in doubt may stay silent. */
  static final long CHECK = 5_000;

  /** A timer that runs later than this shows that the machine slept. */
  static final long LATE = 2_000;

  static final long REQUEST = 10_000;

  /** What a call gets beyond its own timeout. */
  static final long CALL_GRACE = 5_000;

  /** A publication or a repeated join unanswered for longer means that the connection is dead. */
  static final long ANSWER = 30_000;

  /**
   * Messages of one room sent and not yet answered: less than the results that a room keeps for
   * each publisher, so that a repetition is always recognised.
   */
  static final int IN_FLIGHT = 32;

  /** Requests other than publications that wait or are under way. */
  static final int REQUESTS = 1_000;

  /** Refused tokens in a row, from a source of new ones; then they are all taken for bad. */
  static final int REFUSED_TOKENS = 3;

  /** How often in a row a room that is said to be joined already is left and joined again. */
  static final int REFUSALS = 3;

  /** Ranges announced and not reached; beyond it a server is not believed. */
  static final int ANNOUNCED = 10_000;

  private Rules() {}
}
