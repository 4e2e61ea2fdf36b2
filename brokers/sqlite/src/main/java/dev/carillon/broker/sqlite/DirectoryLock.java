package dev.carillon.broker.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a second server off a directory, by a lock on a file of its own: the database itself stays
 * open to others who read it. Ends with the process, however that ends. Safe for use by many
 * threads.
 */
final class DirectoryLock implements AutoCloseable {
  static final String FILE = "carillon.lock";

  /**
   * What this process holds. Asked before the file is opened: closing a second channel on it would
   * drop the lock of the first.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private DirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Takes the lock of a directory.
   *
   * @throws IOException if somebody else has it, or it cannot be written; what to do about it
   */
  static DirectoryLock take(Path directory) throws IOException {
    Path real = directory.toRealPath();
    if (!HELD.add(real)) {
      throw inUse(real, "this very process");
    }
    FileChannel channel = null;
    boolean taken = false;
    try {
      channel =
          FileChannel.open(
              real.resolve(FILE),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse(real, holder(channel));
      }
      channel.truncate(0);
      String own = ProcessHandle.current().pid() + "\n";
      channel.write(ByteBuffer.wrap(own.getBytes(StandardCharsets.US_ASCII)), 0);
      taken = true;
      return new DirectoryLock(real, channel);
    } finally {
      if (!taken) {
        HELD.remove(real);
        if (channel != null) {
          channel.close();
        }
      }
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer read = ByteBuffer.allocate(20);
    channel.read(read, 0);
    String pid = new String(read.array(), 0, read.position(), StandardCharsets.US_ASCII).strip();
    return pid.isEmpty() || !pid.chars().allMatch(Character::isDigit)
        ? "another process"
        : "process " + pid;
  }

  private static IOException inUse(Path directory, String holder) {
    return new IOException(
        "%s is in use by %s; a store has one server at a time: end that one, or name another directory"
            .formatted(directory, holder));
  }

  @Override
  public void close() throws IOException {
    channel.close();
    HELD.remove(directory);
  }
}
