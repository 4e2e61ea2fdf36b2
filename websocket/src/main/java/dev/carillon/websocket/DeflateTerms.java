package dev.carillon.websocket;

/**
 * What this end wants of permessage-deflate. Immutable. The agreement is never worse than asked,
 * but what the peer may not be told (a client that does not offer {@code client_max_window_bits})
 * stays at its default.
 *
 * @param ownWindowBits the largest window this end compresses with; 8 to 15
 * @param peerWindowBits the largest window the peer should compress with; 8 to 15
 * @param ownNoContextTakeover whether this end compresses each message on its own
 * @param peerNoContextTakeover whether the peer is asked to compress each message on its own
 */
public record DeflateTerms(
    int ownWindowBits,
    int peerWindowBits,
    boolean ownNoContextTakeover,
    boolean peerNoContextTakeover) {
  /** Windows of 4 KiB both ways, contexts taken over. */
  public static final DeflateTerms DEFAULT = new DeflateTerms(12, 12, false, false);

  /** Windows of 32 KiB both ways, contexts taken over: what an offer without parameters means. */
  public static final DeflateTerms LARGEST = new DeflateTerms(15, 15, false, false);

  /** Checks the ranges. */
  public DeflateTerms {
    DeflateAgreement.requireBits("ownWindowBits", ownWindowBits);
    DeflateAgreement.requireBits("peerWindowBits", peerWindowBits);
  }
}
