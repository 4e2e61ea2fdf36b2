package dev.carillon.websocket;

/**
 * The deflater, inflaters and scratch memory that all connections of one event loop share, so that
 * an idle connection costs nothing but its dictionary tail. Confined to that loop.
 */
public final class Compressors implements AutoCloseable {
  private final int level;

  /**
   * Makes an empty set; streams are made when first needed.
   *
   * @param level 1 (fast) to 9 (small)
   */
  public Compressors(int level) {
    if (level < 1 || level > 9) {
      throw new IllegalArgumentException("level is " + level + ", must be 1 to 9");
    }
    this.level = level;
  }

  int level() {
    return level;
  }

  /** Frees the native memory. Connections that still use it fail with IllegalStateException. */
  @Override
  public void close() {}
}
