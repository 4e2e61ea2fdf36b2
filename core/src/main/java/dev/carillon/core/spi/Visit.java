package dev.carillon.core.spi;

import dev.carillon.core.Position;
import dev.carillon.core.Problem;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One request's way back to its client. Confined to the shard; answered once. */
public interface Visit {
  /** Has credentials checked, as {@link Line#authenticate}; presence does not show the session. */
  void authenticate(Credentials credentials);

  /** Has a task run on the shard after a time, if there is no answer by then. */
  void after(long millis, Runnable task);

  /**
   * Answers, and ends the session.
   *
   * @param status an HTTP status
   * @param json the body; copied
   * @param position told in the header {@code Carillon-Position}, or null
   */
  void answer(int status, ByteBuffer json, @Nullable Position position);

  /**
   * Answers with what is wrong.
   *
   * @param inDoubt whether it may have been done all the same
   * @param position where to go on, or null
   */
  void refuse(Problem problem, boolean inDoubt, @Nullable Position position);
}
