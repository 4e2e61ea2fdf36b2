package dev.carillon.server;

/** How important a log line must be to be written. */
public enum LogLevel {
  /** Something does not work. */
  ERROR,
  /** Something should be looked at. */
  WARN,
  /** What an operator wants to know. */
  INFO,
  /** What a developer wants to know. */
  DEBUG,
  /** Everything. */
  TRACE
}
