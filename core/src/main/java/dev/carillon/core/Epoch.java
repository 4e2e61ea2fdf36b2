package dev.carillon.core;

import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Identifies one unbroken stretch of a room's log: 128 random bits, compared for identity only. A
 * new epoch means that continuity with the old one cannot be proved.
 */
public record Epoch(long high, long low) {
  private static final HexFormat HEX = HexFormat.of();

  /** A new epoch from the given source of randomness. */
  public static Epoch random(RandomGenerator random) {
    return new Epoch(random.nextLong(), random.nextLong());
  }

  /**
   * Reads what {@link #toString()} wrote.
   *
   * @return null if {@code text} is not 32 lower-case hexadecimal digits
   */
  public static @Nullable Epoch parse(String text) {
    if (text.length() != 32) {
      return null;
    }
    for (int i = 0; i < 32; i++) {
      char c = text.charAt(i);
      if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
        return null;
      }
    }
    return new Epoch(
        HexFormat.fromHexDigitsToLong(text, 0, 16), HexFormat.fromHexDigitsToLong(text, 16, 32));
  }

  /** Thirty-two lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return HEX.toHexDigits(high) + HEX.toHexDigits(low);
  }
}
