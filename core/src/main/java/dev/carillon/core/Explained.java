package dev.carillon.core;

import java.util.List;

/**
 * The answer to why somebody did or did not get a message.
 *
 * @param position which message that is
 * @param explanations one for each session that had to do with the room; where there is none, one
 *     for each of the user's others, or a single one without a session. Never empty
 */
public record Explained(RoomName room, Position position, List<Explanation> explanations) {
  public Explained {
    explanations = List.copyOf(explanations);
  }
}
