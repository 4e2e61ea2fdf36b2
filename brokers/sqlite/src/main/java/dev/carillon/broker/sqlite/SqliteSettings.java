package dev.carillon.broker.sqlite;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a durable store is kept.
 *
 * @param directory where its files are; made when it is not there
 * @param readers how many readings may go on at once, 1 to 64
 * @param queueBytes what may wait to be written, in bytes of {@link
 *     dev.carillon.core.Message#weight() weight}; further appends are refused
 * @param walLimitBytes how large the write-ahead log may get before appends are refused, when
 *     somebody holds the database open and it cannot be folded in; at least 16 MiB
 * @param answerTimeout how long an append may take to be answered
 * @param roomTtl how long an empty room is remembered by its epoch and head
 * @param publisherTtl how long a publisher that is silent is remembered
 */
public record SqliteSettings(
    Path directory,
    int readers,
    long queueBytes,
    long walLimitBytes,
    Duration answerTimeout,
    Duration roomTtl,
    Duration publisherTtl) {
  private static final long MIB = 1L << 20;
  private static final Set<String> KEYS =
      new TreeSet<>(
          Set.of(
              "directory",
              "readers",
              "queue_mib",
              "wal_limit_mib",
              "answer_timeout_seconds",
              "room_ttl_hours",
              "publisher_ttl_hours"));

  /** Checks the values. */
  public SqliteSettings {
    Objects.requireNonNull(directory, "directory");
    within("readers", readers, 1, 64);
    within("queueBytes", queueBytes, 1, Long.MAX_VALUE);
    within("walLimitBytes", walLimitBytes, 16 * MIB, Long.MAX_VALUE);
    within("answerTimeout in ms", answerTimeout.toMillis(), 1, 86_400_000);
    within("roomTtl in ms", roomTtl.toMillis(), 0, Long.MAX_VALUE);
    within("publisherTtl in ms", publisherTtl.toMillis(), 0, Long.MAX_VALUE);
  }

  /** The defaults, in a directory. */
  public static SqliteSettings in(Path directory) {
    return new SqliteSettings(
        directory,
        2,
        64 * MIB,
        1024 * MIB,
        Duration.ofSeconds(10),
        Duration.ofHours(24),
        Duration.ofDays(7));
  }

  /**
   * Reads the broker's section of the configuration.
   *
   * @throws IllegalArgumentException if a key or a value is wrong: which, and what is allowed
   */
  static SqliteSettings parse(Map<String, String> section) {
    for (String key : section.keySet()) {
      if (!KEYS.contains(key)) {
        throw new IllegalArgumentException("there is no setting " + key + "; there are " + KEYS);
      }
    }
    String directory = section.getOrDefault("directory", "");
    if (directory.isBlank()) {
      throw new IllegalArgumentException("directory is not set: where shall the files be?");
    }
    SqliteSettings defaults = in(path(directory));
    return new SqliteSettings(
        defaults.directory,
        (int) number(section, "readers", defaults.readers, 1, 64),
        MIB * number(section, "queue_mib", defaults.queueBytes / MIB, 1, 1 << 20),
        MIB * number(section, "wal_limit_mib", defaults.walLimitBytes / MIB, 16, 1 << 20),
        Duration.ofSeconds(
            number(
                section, "answer_timeout_seconds", defaults.answerTimeout.toSeconds(), 1, 86_400)),
        Duration.ofHours(number(section, "room_ttl_hours", defaults.roomTtl.toHours(), 0, 87_600)),
        Duration.ofHours(
            number(section, "publisher_ttl_hours", defaults.publisherTtl.toHours(), 1, 87_600)));
  }

  /** The same with another {@code queueBytes}. */
  public SqliteSettings withQueueBytes(long bytes) {
    return new SqliteSettings(
        directory, readers, bytes, walLimitBytes, answerTimeout, roomTtl, publisherTtl);
  }

  /** The same with another {@code walLimitBytes}. */
  public SqliteSettings withWalLimitBytes(long bytes) {
    return new SqliteSettings(
        directory, readers, queueBytes, bytes, answerTimeout, roomTtl, publisherTtl);
  }

  /** The same with another {@code answerTimeout}. */
  public SqliteSettings withAnswerTimeout(Duration timeout) {
    return new SqliteSettings(
        directory, readers, queueBytes, walLimitBytes, timeout, roomTtl, publisherTtl);
  }

  /** The same with other times after which what is not used is forgotten. */
  public SqliteSettings withTtls(Duration room, Duration publisher) {
    return new SqliteSettings(
        directory, readers, queueBytes, walLimitBytes, answerTimeout, room, publisher);
  }

  private static Path path(String directory) {
    try {
      return Path.of(directory);
    } catch (InvalidPathException wrong) {
      throw new IllegalArgumentException(
          "directory is '" + directory + "', which is no path: " + wrong.getReason(), wrong);
    }
  }

  private static long number(
      Map<String, String> section, String key, long absent, long least, long most) {
    String text = section.get(key);
    if (text == null) {
      return absent;
    }
    try {
      return within(key, Long.parseLong(text.strip()), least, most);
    } catch (NumberFormatException wrong) {
      throw new IllegalArgumentException(
          key + " is '" + text + "', must be a whole number of " + least + " to " + most, wrong);
    }
  }

  private static long within(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " is " + value + ", must be " + least + " to " + most);
    }
    return value;
  }
}
