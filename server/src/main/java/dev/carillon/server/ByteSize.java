package dev.carillon.server;

import dev.carillon.server.settings.BadSetting;
import java.util.List;

/**
 * An amount of bytes.
 *
 * @param bytes 0 or more
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
  /** What is understood, for people. */
  public static final String ALLOWED = "a size like 512 B, 64 KiB, 1 MiB or 2 GiB";

  private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB");

  /** Checks the range. */
  public ByteSize {
    BadSetting.require(bytes >= 0, "bytes", "is " + bytes + ", must be at least 0");
  }

  /** That many times 1,024 bytes. */
  public static ByteSize kib(long count) {
    return new ByteSize(count << 10);
  }

  /** That many times 1,048,576 bytes. */
  public static ByteSize mib(long count) {
    return new ByteSize(count << 20);
  }

  /**
   * Reads a whole number and a unit, with or without a space between.
   *
   * @throws IllegalArgumentException with a sentence that says what is understood
   */
  public static ByteSize parse(String text) {
    int digits = 0;
    while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
      digits++;
    }
    int unit = UNITS.indexOf(text.substring(digits).strip());
    if (digits == 0 || digits > 9 || unit < 0) {
      throw new IllegalArgumentException("must be " + ALLOWED);
    }
    return new ByteSize(Long.parseLong(text.substring(0, digits)) << (10 * unit));
  }

  /** The amount as an {@code int}; where it is larger, the largest {@code int}. */
  public int toInt() {
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  @Override
  public int compareTo(ByteSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** With the largest unit that leaves no rest. */
  @Override
  public String toString() {
    long rest = bytes;
    int unit = 0;
    while (rest != 0 && rest % 1024 == 0 && unit < UNITS.size() - 1) {
      rest /= 1024;
      unit++;
    }
    return rest + " " + UNITS.get(unit);
  }
}
