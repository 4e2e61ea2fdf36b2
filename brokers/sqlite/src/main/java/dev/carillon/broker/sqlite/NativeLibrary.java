package dev.carillon.broker.sqlite;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteJDBCLoader;

/**
 * SQLite's own part, which has to be unpacked into a file to be loaded. The file is taken away as
 * soon as it is, and not when the process ends, so that a server that is killed again and again
 * does not fill the disk with copies. Where a loaded file cannot be taken away it goes with the
 * process. Safe for use by many threads.
 */
final class NativeLibrary {
  /** Where the driver unpacks. */
  private static final String PLACE = "org.sqlite.tmpdir";

  private static boolean loaded;

  private NativeLibrary() {}

  /**
   * Loads it, once.
   *
   * @throws SQLException if it cannot be; says what to do
   */
  static synchronized void load() throws SQLException {
    if (loaded) {
      return;
    }
    String given = System.getProperty(PLACE);
    Path parent = Path.of(given == null ? System.getProperty("java.io.tmpdir") : given);
    try {
      Path place = Files.createTempDirectory(parent, "carillon-sqlite-");
      place.toFile().deleteOnExit(); // before the driver says so of its files: the last goes first
      System.setProperty(PLACE, place.toString());
      try {
        loaded = SQLiteJDBCLoader.initialize();
      } finally {
        takeAway(place);
      }
    } catch (Exception failed) { // the driver throws nothing narrower
      throw new SQLException(
          "SQLite's library cannot be unpacked and loaded in %s (%s): make it writable and executable, or name another place with -D%s=DIR"
              .formatted(parent, failed, PLACE),
          failed);
    } finally {
      if (given == null) {
        System.clearProperty(PLACE);
      } else {
        System.setProperty(PLACE, given);
      }
    }
  }

  private static void takeAway(Path place) {
    try (DirectoryStream<Path> unpacked = Files.newDirectoryStream(place)) {
      for (Path file : unpacked) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(place);
    } catch (IOException inUse) {
      // As on Windows: it goes with the process.
    }
  }
}
