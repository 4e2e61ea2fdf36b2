package dev.carillon.core.spi;

/** Ends connections of a loop when its node is short of memory. Confined to the loop. */
@FunctionalInterface
public interface Shedder {
  /**
   * Ends those that hold the most, until about so many bytes will be free.
   *
   * @return how many bytes will be free, when the connections are gone
   */
  long shed(long bytes);
}
