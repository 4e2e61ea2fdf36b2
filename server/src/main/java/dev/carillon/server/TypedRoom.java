package dev.carillon.server;

import dev.carillon.core.Entry;
import dev.carillon.core.Position;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One room whose messages all carry one type, as the server's application sees it. Safe for use by
 * many threads.
 *
 * @param <T> what the messages carry, as JSON
 * @param room the room, with what else can be done there
 */
public record TypedRoom<T>(ServerRoom room, Class<T> type) {
  /** Publishes in the server's own name; as {@link ServerRoom#publish(dev.carillon.core.Draft)}. */
  public CompletableFuture<Position> publish(T data) {
    return room.publishJson(data);
  }

  /**
   * What the last messages carry, oldest first; as {@link ServerRoom#last}. Completes with {@link
   * BadDataException} when one of them carries something else.
   */
  public CompletableFuture<List<T>> last(int count) {
    return room.last(count).thenApply(entries -> entries.stream().map(this::data).toList());
  }

  private T data(Entry entry) {
    return Json.read(entry.message().payload(), type);
  }
}
