package dev.carillon.connection;

import dev.carillon.core.Disconnect;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way from single requests to event streams, wherever a request came in: what a client says
 * beside its stream, and streams that have no link of their own and are fetched piece by piece.
 * Safe for use by many threads; answers come on the stream's loop.
 *
 * <p>Requests of each kind are numbered from 1 by the client, so that one which somebody on the way
 * repeats does no harm.
 */
public final class Links {
  private final List<Loop> loops;
  private final ConnectionSettings settings;
  private final int maxFetched;
  private final AtomicInteger next = new AtomicInteger();

  /** What became of a request. */
  public sealed interface Answer {
    /** The messages were taken, now or when they came for the first time. */
    record Taken() implements Answer {}

    /**
     * What the stream said.
     *
     * @param events a piece of the stream, to be put behind the one before; may be empty
     */
    record Fetched(byte[] events) implements Answer {}

    /** There is no such stream, or it has ended: begin anew. */
    record Gone() implements Answer {}

    /** The number is not the next one, or the request before it has not been answered. */
    record OutOfTurn() implements Answer {}

    /** There are as many fetched streams as there may be. */
    record Full() implements Answer {}
  }

  /**
   * The streams of these loops.
   *
   * @param loops each with its shard, in the order of the shards
   * @param settings for streams that are fetched
   * @param maxFetched how many streams one loop may hold that are reached by requests
   */
  public Links(List<Loop> loops, ConnectionSettings settings, int maxFetched) {
    this.loops = List.copyOf(loops);
    this.settings = settings;
    this.maxFetched = maxFetched;
  }

  /** Opens a stream that is fetched, and fetches its beginning. */
  public void open(Application.Rooms rooms, Consumer<Answer> answer) {
    Loop loop = loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
    loop.later(
        () -> {
          if (loop.links().size() >= maxFetched) {
            answer.accept(new Answer.Full());
            return;
          }
          FetchedSocket socket = new FetchedSocket(loop);
          socket.fetch(
              settings.timeouts().close(), bytes -> answer.accept(new Answer.Fetched(bytes)));
          loop.open(socket, rooms, settings);
        });
  }

  /**
   * Fetches what a stream has said since the request before.
   *
   * @param number 2 for the first request after the one that opened the stream, rising by one
   * @param wait how long the answer may be awaited where there is nothing; cut to the heartbeat
   */
  public void fetch(String link, long number, Duration wait, Consumer<Answer> answer) {
    at(
        link,
        answer,
        (stage, socket) -> {
          if (socket == null) {
            answer.accept(new Answer.OutOfTurn());
          } else if (number != socket.fetched() + 1) {
            // What the lost answer held is gone with it: the client has to begin from its position.
            stage.leave(Disconnect.GOING_AWAY);
            answer.accept(new Answer.OutOfTurn());
          } else {
            Duration longest = settings.timeouts().heartbeat();
            Duration limit = longest.isZero() || wait.compareTo(longest) < 0 ? wait : longest;
            socket.fetch(limit, bytes -> answer.accept(new Answer.Fetched(bytes)));
          }
        });
  }

  /**
   * Hands in what a client says.
   *
   * @param number 1 for the first batch, rising by one
   * @param lines messages, a line each, valid UTF-8; not to be touched any more
   */
  public void take(String link, long number, ByteBuffer lines, Consumer<Answer> answer) {
    at(
        link,
        answer,
        (stage, socket) -> {
          Inbox inbox = stage.inbox();
          if (inbox.busy() || number > inbox.taken() + 1) {
            answer.accept(new Answer.OutOfTurn());
          } else if (number <= inbox.taken()) {
            answer.accept(new Answer.Taken());
          } else {
            inbox.take(lines, () -> answer.accept(new Answer.Taken()));
          }
        });
  }

  /** Ends a stream for its client, who does not come back to its session. */
  public void end(String link, Consumer<Answer> answer) {
    at(
        link,
        answer,
        (stage, socket) -> {
          stage.left();
          answer.accept(new Answer.Taken());
        });
  }

  private void at(
      String link,
      Consumer<Answer> answer,
      BiConsumer<StreamStage, @Nullable FetchedSocket> action) {
    Integer number = LinkTable.loopOf(link, loops.size());
    if (number == null) {
      answer.accept(new Answer.Gone());
      return;
    }
    Loop loop = loops.get(number);
    loop.later(
        () -> {
          StreamStage stage = loop.links().find(link);
          if (stage == null) {
            answer.accept(new Answer.Gone());
          } else {
            action.accept(stage, stage.fetched());
          }
        });
  }
}
