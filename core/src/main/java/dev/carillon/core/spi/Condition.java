package dev.carillon.core.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a broker is, for those who run it.
 *
 * @param trouble why nothing can be published now, for people; null when all is well
 * @param since since when, milliseconds since 1970; 0 when all is well
 * @param forGood whether it stays so until the server is started again
 * @param figures what it counts
 */
public record Condition(
    @Nullable String trouble, long since, boolean forGood, List<Figure> figures) {
  /** All is well, and nothing is counted. */
  public static final Condition WELL = new Condition(null, 0, false, List.of());

  /**
   * One figure of {@code /metrics}.
   *
   * @param name begins with {@code carillon_}, ends with its unit, without {@code _total}
   * @param help one sentence
   * @param counter whether it only rises
   */
  public record Figure(String name, String help, boolean counter, double value) {}

  /** Copies the list. */
  public Condition {
    figures = List.copyOf(figures);
  }
}
