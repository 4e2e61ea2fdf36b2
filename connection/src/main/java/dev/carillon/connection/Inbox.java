package dev.carillon.connection;

import dev.carillon.core.Disconnect;
import dev.carillon.websocket.CloseCode;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a client says beside its event stream: one batch of messages at a time, a line each. While
 * the session takes no more, the batch waits, and so does the request that brought it. Confined to
 * the loop.
 */
final class Inbox {
  /** Then it is somebody else's turn. */
  private static final int TURN_MESSAGES = 64;

  private final StreamStage stage;
  private final int maxMessageBytes;
  private long taken;
  private @Nullable ByteBuffer batch;
  private @Nullable Runnable done;
  private boolean going;

  Inbox(StreamStage stage, int maxMessageBytes) {
    this.stage = stage;
    this.maxMessageBytes = maxMessageBytes;
  }

  /** The number of the last batch that was begun, 0 before the first. */
  long taken() {
    return taken;
  }

  boolean busy() {
    return batch != null;
  }

  /**
   * Takes the next batch.
   *
   * @param lines valid UTF-8
   * @param then is run when all was taken or the stream has ended
   */
  void take(ByteBuffer lines, Runnable then) {
    taken++;
    batch = lines;
    done = then;
    goOn();
  }

  /** Takes what waits, as far as it may. */
  void goOn() {
    ByteBuffer lines = batch;
    if (lines == null || going) {
      return;
    }
    going = true; // a message may resume what an earlier one has paused
    for (int left = TURN_MESSAGES; lines.hasRemaining() && !stage.paused() && left > 0; left--) {
      message(line(lines));
    }
    going = false;
    if (!lines.hasRemaining()) {
      end();
    } else if (!stage.paused()) {
      stage.connection().loop().later(this::goOn);
    }
  }

  private void message(ByteBuffer line) {
    if (line.remaining() > maxMessageBytes) {
      stage.close(
          CloseCode.of(Disconnect.TOO_LARGE.code()),
          "a message of %d bytes is over the limit of %d"
              .formatted(line.remaining(), maxMessageBytes));
    } else if (line.hasRemaining()) {
      stage.message(line);
    }
  }

  private static ByteBuffer line(ByteBuffer lines) {
    int from = lines.position();
    int end = from;
    while (end < lines.limit() && lines.get(end) != '\n') {
      end++;
    }
    lines.position(Math.min(end + 1, lines.limit()));
    int last = end > from && lines.get(end - 1) == '\r' ? end - 1 : end;
    return lines.slice(from, last - from);
  }

  /** Nothing more is taken of this batch. */
  void end() {
    Runnable then = done;
    batch = null;
    done = null;
    if (then != null) {
      then.run();
    }
  }
}
