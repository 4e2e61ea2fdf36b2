package dev.carillon.server.settings;

/**
 * Where a value was written.
 *
 * @param source a file's name, an option or an environment variable
 * @param line from 1, or 0 where there are no lines
 */
public record Place(String source, int line) {
  @Override
  public String toString() {
    return line == 0 ? source : source + ":" + line;
  }
}
