package dev.carillon.wire;

/**
 * What a codec takes. The size of a whole message is limited before it gets here, by whoever
 * received it.
 *
 * @param maxDepth how deep the containers of one value may nest, from 1 to 64
 * @param maxStringBytes the longest string of the envelope, in bytes as encoded; data is not
 *     concerned
 * @param maxFields the most fields that one object of the envelope may have, known or not
 * @param maxTags the most tags that a message may have
 */
public record WireLimits(int maxDepth, int maxStringBytes, int maxFields, int maxTags) {
  /** What a server takes that is not told otherwise. */
  public static final WireLimits DEFAULT = new WireLimits(64, 16 << 10, 64, 64);

  public WireLimits {
    if (maxDepth < 1 || maxDepth > 64) {
      throw new IllegalArgumentException("maxDepth is " + maxDepth + ", must be from 1 to 64");
    }
    atLeast("maxStringBytes", maxStringBytes, 256);
    atLeast("maxFields", maxFields, 32);
    atLeast("maxTags", maxTags, 0);
  }

  private static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " is " + value + ", must be at least " + least);
    }
  }
}
