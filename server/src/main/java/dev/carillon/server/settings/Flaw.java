package dev.carillon.server.settings;

/**
 * One thing that is wrong in a configuration.
 *
 * @param words what was found and what is allowed, one sentence
 */
public record Flaw(Place place, String words) {
  @Override
  public String toString() {
    return place + ": " + words;
  }
}
