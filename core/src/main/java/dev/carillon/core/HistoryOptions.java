package dev.carillon.core;

/**
 * Which stretch of a room's log is read, and how. Immutable.
 *
 * @param from where to begin; {@link From.Now} gives only the extent
 * @param limit the most entries to give, 1 to 1,000
 * @param newest whether entries come by falling offset, from the end or from the position, that one
 *     included
 * @param compact whether of each key only the newest message comes; at most the last {@value
 *     #LOOKED_AT} are looked at
 */
public record HistoryOptions(From from, int limit, boolean newest, boolean compact) {
  /** How many messages are looked at for one answer with the newest of each key. */
  public static final int LOOKED_AT = 5000;

  /** By rising offset, each message. */
  public static HistoryOptions from(From from, int limit) {
    return new HistoryOptions(from, limit, false, false);
  }
}
