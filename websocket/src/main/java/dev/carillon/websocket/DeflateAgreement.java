package dev.carillon.websocket;

/**
 * What both sides agreed on for permessage-deflate (RFC 7692 7.1). Immutable.
 *
 * @param serverNoContextTakeover the server compresses each message on its own
 * @param clientNoContextTakeover the client compresses each message on its own
 * @param serverWindowBits the server's window is at most 2^this bytes; 8 to 15
 * @param clientWindowBits the client's window is at most 2^this bytes; 8 to 15
 */
public record DeflateAgreement(
    boolean serverNoContextTakeover,
    boolean clientNoContextTakeover,
    int serverWindowBits,
    int clientWindowBits) {
  /** What an offer without parameters means: contexts taken over, windows of 32 KiB. */
  public static final DeflateAgreement DEFAULT = new DeflateAgreement(false, false, 15, 15);

  /** Checks the ranges. */
  public DeflateAgreement {
    requireBits("serverWindowBits", serverWindowBits);
    requireBits("clientWindowBits", clientWindowBits);
  }

  static void requireBits(String name, int bits) {
    if (bits < 8 || bits > 15) {
      throw new IllegalArgumentException(name + " is " + bits + ", must be 8 to 15");
    }
  }
}
