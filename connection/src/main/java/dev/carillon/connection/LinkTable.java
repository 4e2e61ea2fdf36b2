package dev.carillon.connection;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A loop's event streams that can be reached from beside, by the names that their clients were
 * told: which loop, which stream, and 128 bits that nobody can guess. Confined to the loop.
 */
final class LinkTable {
  private static final HexFormat HEX = HexFormat.of();
  private static final int MAX_NAME = 80;

  private final Loop loop;
  private final Map<String, Entry> entries = new HashMap<>();
  private long count;

  private record Entry(String name, StreamStage stage) {}

  LinkTable(Loop loop) {
    this.loop = loop;
  }

  String add(StreamStage stage) {
    String secret =
        HEX.toHexDigits(loop.masks().nextLong()) + HEX.toHexDigits(loop.masks().nextLong());
    String number = Long.toString(++count, 36);
    String name = loop.shard().number() + "." + number + "." + secret;
    entries.put(number, new Entry(name, stage));
    return name;
  }

  void remove(String name) {
    entries.remove(name.split("\\.", -1)[1]);
  }

  @Nullable StreamStage find(String name) {
    String[] parts = name.split("\\.", -1);
    Entry found = parts.length == 3 ? entries.get(parts[1]) : null;
    if (found == null) {
      return null;
    }
    byte[] own = found.name().getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(own, name.getBytes(StandardCharsets.UTF_8)) ? found.stage() : null;
  }

  int size() {
    return entries.size();
  }

  /** Which loop a name points at, or null if it is the name of no link of so many loops. */
  static @Nullable Integer loopOf(String name, int loops) {
    int dot = name.length() > MAX_NAME ? -1 : name.indexOf('.');
    if (dot < 1 || dot > 4) {
      return null;
    }
    int number = 0;
    for (int i = 0; i < dot; i++) {
      char c = name.charAt(i);
      if (c < '0' || c > '9') {
        return null;
      }
      number = number * 10 + (c - '0');
    }
    return number < loops ? number : null;
  }
}
