package dev.carillon.wire;

import java.util.Objects;

/**
 * A token. Its string form is {@code ***}, so that it cannot reach a log by accident.
 *
 * @param value the token itself
 */
public record Secret(String value) {
  public Secret {
    Objects.requireNonNull(value, "value");
  }

  @Override
  public String toString() {
    return "***";
  }
}
