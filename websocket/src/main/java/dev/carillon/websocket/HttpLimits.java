package dev.carillon.websocket;

/**
 * What the head of a request or response may be. Immutable.
 *
 * @param maxHeaders header lines
 * @param maxHeaderBytes all header lines with their line ends
 * @param maxTargetBytes the request target, or the reason phrase
 */
public record HttpLimits(int maxHeaders, int maxHeaderBytes, int maxTargetBytes) {
  /** 100 lines, 16 KiB, target 8 KiB. */
  public static final HttpLimits DEFAULT = new HttpLimits(100, 16 * 1024, 8 * 1024);

  /** Checks the ranges. */
  public HttpLimits {
    if (maxHeaders < 1 || maxHeaderBytes < 1 || maxTargetBytes < 1) {
      throw new IllegalArgumentException(
          "limits are "
              + maxHeaders
              + ", "
              + maxHeaderBytes
              + ", "
              + maxTargetBytes
              + ", each must be at least 1");
    }
  }
}
