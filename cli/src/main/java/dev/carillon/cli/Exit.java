package dev.carillon.cli;

/** What the process's exit code says. The table stands in {@code carillon --help} too. */
final class Exit {
  static final int DONE = 0;

  /** Could not start or connect, or the handshake was refused. */
  static final int NOT_CONNECTED = 1;

  /** The command line or the configuration is wrong. */
  static final int MISUSE = 2;

  /** The connection broke, or was closed with a code that says that something is wrong. */
  static final int BROKEN = 3;

  /** The server refused what was asked: a room, a message. */
  static final int REFUSED = 4;

  /** No answer came in time. */
  static final int TIMED_OUT = 5;

  private Exit() {}
}
