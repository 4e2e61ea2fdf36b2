package dev.carillon.broker.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Looks for damage in a write-ahead log before SQLite does. SQLite takes the log to end at the
 * first frame whose checksum is wrong, which is right after a power loss: what is behind was never
 * synced. But behind the last synced transaction there can be at most one other: a log with two
 * commits behind a broken frame has lost what was acknowledged, and SQLite would not say so.
 *
 * <p>The format is described in SQLite's file format, section 4: a header of 32 bytes, frames of 24
 * bytes and a page, and a running checksum over all of them.
 */
final class WalCheck {
  private static final int MAGIC = 0x377f0682;
  private static final int HEADER = 32;
  private static final int FRAME = 24;

  private final ByteOrder order;
  private int first;
  private int second;

  private WalCheck(ByteOrder order) {
    this.order = order;
  }

  /**
   * Reads the log beside a database, if there is one. Only before anything in this process has it
   * open.
   *
   * @throws IOException if the log is damaged, or cannot be read
   */
  static void check(Path database) throws IOException {
    Path log = database.resolveSibling(database.getFileName() + "-wal");
    if (!Files.exists(log)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.READ)) {
      ByteBuffer header = ByteBuffer.allocate(HEADER);
      if (read(channel, header, 0)) {
        check(log, channel, header);
      }
    }
  }

  private static void check(Path log, FileChannel channel, ByteBuffer header) throws IOException {
    if (Arrays.equals(header.array(), new byte[HEADER])) {
      return; // begun and never synced
    }
    if ((header.getInt(0) & ~1) != MAGIC) {
      throw damaged(log, 0, 0);
    }
    boolean big = (header.getInt(0) & 1) != 0;
    WalCheck sum = new WalCheck(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    sum.add(header, 0, 24);
    int pageSize = header.getInt(8);
    if (pageSize < 512 || pageSize > 65_536 || !sum.is(header, 24)) {
      throw damaged(log, 0, 0);
    }
    long broken = 0;
    int commitsBehind = 0;
    ByteBuffer frame = ByteBuffer.allocate(FRAME + pageSize);
    for (long at = HEADER; read(channel, frame, at); at += FRAME + pageSize) {
      if (frame.getInt(8) != header.getInt(16) || frame.getInt(12) != header.getInt(20)) {
        break; // of an earlier use of the log
      }
      if (broken == 0) {
        sum.add(frame, 0, 8);
        sum.add(frame, FRAME, pageSize);
        broken = sum.is(frame, 16) ? 0 : at;
      }
      if (broken != 0 && frame.getInt(4) != 0) {
        commitsBehind++;
      }
    }
    if (commitsBehind > 1) {
      throw damaged(log, broken, commitsBehind);
    }
  }

  private static boolean read(FileChannel channel, ByteBuffer into, long at) throws IOException {
    into.clear();
    long next = at;
    while (into.hasRemaining()) {
      int count = channel.read(into, next);
      if (count < 0) {
        return false;
      }
      next += count;
    }
    return true;
  }

  private static IOException damaged(Path log, long at, int commits) {
    return new IOException(
        "%s is damaged at byte %d, and with it %d transactions that had been acknowledged; restore a backup, or move the file away and accept that what it held is lost"
            .formatted(log, at, commits));
  }

  private void add(ByteBuffer bytes, int from, int length) {
    bytes.order(order);
    for (int at = from; at < from + length; at += 8) {
      first += bytes.getInt(at) + second;
      second += bytes.getInt(at + 4) + first;
    }
    bytes.order(ByteOrder.BIG_ENDIAN);
  }

  private boolean is(ByteBuffer bytes, int at) {
    return bytes.getInt(at) == first && bytes.getInt(at + 4) == second;
  }
}
