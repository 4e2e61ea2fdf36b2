package dev.carillon.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where the lines to be sent come from. */
interface Lines extends AutoCloseable {
  /** The next line, or null when there are no more. Blocks. */
  @Nullable String next() throws IOException;

  @Override
  default void close() throws IOException {}
}
