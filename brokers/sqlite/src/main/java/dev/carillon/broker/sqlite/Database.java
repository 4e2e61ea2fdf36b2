package dev.carillon.broker.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/** How connections to the database are opened. */
final class Database {
  static final String FILE = "carillon.db";

  /** A WAL that was larger for a while is cut to this when it is used anew. */
  static final long WAL_KEPT_BYTES = 96L << 20;

  /** How long another program may keep the database locked before a statement gives up. */
  private static final int BUSY_MILLIS = 5000;

  private Database() {}

  /** The one connection that writes; makes the file and brings its schema up to date. */
  static Connection openWriter(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_MILLIS);
    config.setGetGeneratedKeys(false); // or each insertion is followed by a question for its key
    Connection connection = connect(config, file);
    try {
      setUp(connection);
      return connection;
    } catch (SQLException failed) {
      closeAfter(failed, connection);
      throw failed;
    }
  }

  private static void setUp(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA auto_vacuum = INCREMENTAL"); // counts for a new file only
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA synchronous = FULL");
      statement.execute("PRAGMA fullfsync = ON"); // where fsync alone does not reach the disk
      statement.execute("PRAGMA checkpoint_fullfsync = ON");
      statement.execute("PRAGMA wal_autocheckpoint = 0"); // the writer does it, and sees errors
      statement.execute("PRAGMA journal_size_limit = " + WAL_KEPT_BYTES);
      statement.execute("PRAGMA temp_store = MEMORY");
      statement.execute("PRAGMA cell_size_check = ON");
      statement.execute("PRAGMA cache_size = -16384");
    }
    Schema.migrate(connection);
    try (Statement statement = connection.createStatement()) {
      // A log of its own for each run, so that WalCheck never sees what several runs left behind.
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
  }

  /** A connection that reads beside the writer. */
  static Connection openReader(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_MILLIS);
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    Connection connection = connect(config, file);
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA query_only = ON");
      statement.execute("PRAGMA wal_autocheckpoint = 0");
      statement.execute("PRAGMA temp_store = MEMORY");
      statement.execute("PRAGMA cell_size_check = ON");
      statement.execute("PRAGMA cache_size = -4096");
      return connection;
    } catch (SQLException failed) {
      closeAfter(failed, connection);
      throw failed;
    }
  }

  /** A connection that copies the write-ahead log into the database. */
  static Connection openFolder(Path file) throws SQLException {
    Connection connection = openCopier(file);
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA synchronous = FULL");
      statement.execute("PRAGMA checkpoint_fullfsync = ON");
      statement.execute("PRAGMA wal_autocheckpoint = 0");
      return connection;
    } catch (SQLException failed) {
      closeAfter(failed, connection);
      throw failed;
    }
  }

  /** A connection that copies, for a process beside the server's. */
  static Connection openCopier(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_MILLIS);
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    return connect(config, file);
  }

  private static Connection connect(SQLiteConfig config, Path file) throws SQLException {
    NativeLibrary.load();
    return config.createConnection("jdbc:sqlite:" + file);
  }

  private static void closeAfter(SQLException failure, Connection connection) {
    try {
      connection.close();
    } catch (SQLException also) {
      failure.addSuppressed(also);
    }
  }
}
