package dev.carillon.broker.sqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Copies a store as it is at one moment, also while a server writes to it. */
public final class StoreBackup {
  private StoreBackup() {}

  /**
   * Writes a database of its own that holds what was committed when the call began, checks it and
   * puts it on the disk. It opens as a store once it is named {@code carillon.db} in a directory of
   * its own; its rooms then go on in new epochs, because what was published since is not in it.
   * Blocks for as long as that takes; publishing goes on meanwhile.
   *
   * @param directory the directory of the store
   * @param target a file that is not there yet
   * @return how many messages it holds
   * @throws IOException if there is no store, the target is there, or it does not work; the message
   *     says what to do
   */
  public static long copy(Path directory, Path target) throws IOException {
    Path file = directory.resolve(Database.FILE);
    if (!Files.exists(file)) {
      throw new IOException("there is no store in " + directory + ": " + file + " is missing");
    }
    Path whole = target.toAbsolutePath();
    if (Files.exists(whole)) {
      throw new IOException(whole + " is there already: name a file that is not");
    }
    Path part = whole.resolveSibling(whole.getFileName() + ".part");
    try {
      Files.deleteIfExists(part); // of a backup that was broken off
      copyInto(file, part);
      mark(part);
      long messages = check(part);
      sync(part);
      Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
      sync(whole.resolveSibling(""));
      return messages;
    } catch (SQLException failed) {
      Files.deleteIfExists(part);
      throw new IOException("no backup was made: " + Faults.sentence(failed), failed);
    }
  }

  private static void copyInto(Path file, Path part) throws SQLException {
    try (Connection connection = Database.openCopier(file);
        PreparedStatement copy = connection.prepareStatement("VACUUM INTO ?")) {
      copy.setString(1, part.toString());
      copy.execute();
    }
  }

  private static void mark(Path part) throws SQLException {
    try (Connection connection = Database.openCopier(part);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA user_version = " + Schema.BACKUP);
    }
  }

  private static long check(Path part) throws SQLException {
    try (Connection connection = Database.openCopier(part);
        Statement statement = connection.createStatement()) {
      try (ResultSet result = statement.executeQuery("PRAGMA quick_check(1)")) {
        String said = result.next() ? result.getString(1) : "nothing";
        if (!said.equals("ok")) {
          throw new SQLException("the copy is damaged, and so is the store: " + said);
        }
      }
      try (ResultSet result = statement.executeQuery("SELECT count(*) FROM message")) {
        return result.next() ? result.getLong(1) : 0;
      }
    }
  }

  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
