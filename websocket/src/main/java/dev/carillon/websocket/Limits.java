package dev.carillon.websocket;

/**
 * What one connection may make the engine hold. Immutable.
 *
 * @param maxFrameBytes payload of one frame on the wire; checked on the header, before anything is
 *     reserved
 * @param maxMessageBytes payload of one message, after inflating; streamed messages too
 * @param maxFragments frames that make up one message
 */
public record Limits(int maxFrameBytes, int maxMessageBytes, int maxFragments) {
  /** 1 MiB a frame and a message, 1024 fragments. */
  public static final Limits DEFAULT = new Limits(1 << 20, 1 << 20, 1024);

  /** Checks the ranges. */
  public Limits {
    if (maxFrameBytes < 125) {
      throw new IllegalArgumentException(
          "maxFrameBytes is " + maxFrameBytes + ", must be at least 125");
    }
    if (maxMessageBytes < 125) {
      throw new IllegalArgumentException(
          "maxMessageBytes is " + maxMessageBytes + ", must be at least 125");
    }
    if (maxFragments < 1) {
      throw new IllegalArgumentException(
          "maxFragments is " + maxFragments + ", must be at least 1");
    }
  }

  /** The same with another limit for frames. */
  public Limits withMaxFrameBytes(int bytes) {
    return new Limits(bytes, maxMessageBytes, maxFragments);
  }

  /** The same with another limit for messages. */
  public Limits withMaxMessageBytes(int bytes) {
    return new Limits(maxFrameBytes, bytes, maxFragments);
  }

  /** The same with another limit for fragments. */
  public Limits withMaxFragments(int fragments) {
    return new Limits(maxFrameBytes, maxMessageBytes, fragments);
  }
}
