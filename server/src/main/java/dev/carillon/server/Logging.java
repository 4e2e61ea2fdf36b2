package dev.carillon.server;

import dev.carillon.server.settings.Change;
import dev.carillon.server.settings.Setting;

/**
 * What the server says of itself, on standard error.
 *
 * @param format lines for people, or one JSON object a line
 * @param level the least important that is said
 */
public record Logging(
    @Setting(value = "Lines for people, or one JSON object a line.", allowed = "text, json")
        LogFormat format,
    @Setting(
            value = "The least important that is said.",
            allowed = "error, warn, info, debug, trace")
        LogLevel level) {
  /** What an empty configuration means. */
  public static final Logging DEFAULT = new Logging(LogFormat.TEXT, LogLevel.INFO);

  /** The same with another {@code format}. */
  public Logging withFormat(LogFormat format) {
    return Change.of(this, "format", format);
  }

  /** The same with another {@code level}. */
  public Logging withLevel(LogLevel level) {
    return Change.of(this, "level", level);
  }
}
