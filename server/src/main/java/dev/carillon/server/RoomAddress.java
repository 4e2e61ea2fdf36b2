package dev.carillon.server;

import dev.carillon.core.RoomName;
import java.util.Map;

/**
 * A room that a pattern matched. Immutable.
 *
 * @param name its whole name
 * @param variables what the pattern's variables stand for: {@code id} is {@code lobby} when {@code
 *     chat/{id}} matched {@code chat/lobby}
 */
public record RoomAddress(RoomName name, Map<String, String> variables) {
  public RoomAddress {
    variables = Map.copyOf(variables);
  }

  /**
   * What a variable of the pattern stands for.
   *
   * @throws IllegalArgumentException when the pattern has no such variable
   */
  public String variable(String variable) {
    String value = variables.get(variable);
    if (value == null) {
      throw new IllegalArgumentException(
          "the pattern has no variable '%s', only %s".formatted(variable, variables.keySet()));
    }
    return value;
  }

  /** The room's name. */
  @Override
  public String toString() {
    return name.value();
  }
}
