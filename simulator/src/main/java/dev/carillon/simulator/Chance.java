package dev.carillon.simulator;

import java.util.random.RandomGenerator;

/**
 * The source of everything that a run leaves to chance. Written out here, so that no version of a
 * JDK moves a seed: xoshiro256**, seeded by SplitMix64.
 */
final class Chance implements RandomGenerator {
  private long a;
  private long b;
  private long c;
  private long d;

  Chance(long seed) {
    long state = seed;
    long[] words = new long[4];
    for (int i = 0; i < words.length; i++) {
      state += 0x9E3779B97F4A7C15L;
      long mixed = (state ^ state >>> 30) * 0xBF58476D1CE4E5B9L;
      mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
      words[i] = mixed ^ mixed >>> 31;
    }
    a = words[0];
    b = words[1];
    c = words[2];
    d = words[3];
  }

  /** Another source, so that what is drawn there does not move what is drawn here. */
  Chance split() {
    return new Chance(nextLong());
  }

  /** Whether something happens that does so in one of so many cases. */
  boolean oneIn(int cases) {
    return nextInt(cases) == 0;
  }

  @Override
  public long nextLong() {
    long result = Long.rotateLeft(b * 5, 7) * 9;
    long shifted = b << 17;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = Long.rotateLeft(d, 45);
    return result;
  }

  // The defaults of the interface belong to the JDK, and may draw differently one day.

  @Override
  public int nextInt() {
    return (int) (nextLong() >>> 32);
  }

  @Override
  public int nextInt(int bound) {
    return (int) ((nextLong() >>> 33) * bound >>> 31);
  }

  @Override
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }

  @Override
  public boolean nextBoolean() {
    return nextLong() < 0;
  }

  @Override
  public void nextBytes(byte[] bytes) {
    long word = 0;
    for (int i = 0; i < bytes.length; i++) {
      word = i % 8 == 0 ? nextLong() : word >>> 8;
      bytes[i] = (byte) word;
    }
  }
}
