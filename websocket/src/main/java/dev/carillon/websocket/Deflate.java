package dev.carillon.websocket;

/**
 * The permessage-deflate side of one connection (RFC 7692): its agreement, and the dictionary tails
 * that stand for the state of a compressor. Confined to the connection's event loop, like the
 * {@link Compressors} that it borrows. Made for one {@link Engine}, which releases it when it ends.
 */
public final class Deflate {
  private final DeflateAgreement agreement;
  private final boolean server;
  private final int thresholdBytes;
  private final DeflateWriter writer;
  private final DeflateReader reader;

  private Deflate(
      DeflateAgreement agreement, DeflatePolicy policy, Compressors compressors, boolean server) {
    this.agreement = agreement;
    this.server = server;
    this.thresholdBytes = policy.thresholdBytes();
    int serverBits = agreement.serverWindowBits();
    int clientBits = agreement.clientWindowBits();
    boolean serverTakeover = !agreement.serverNoContextTakeover();
    boolean clientTakeover = !agreement.clientNoContextTakeover();
    boolean own = policy.ownStreams();
    this.writer =
        new DeflateWriter(
            compressors,
            server ? serverBits : clientBits,
            server ? serverTakeover : clientTakeover,
            own);
    this.reader =
        new DeflateReader(
            compressors,
            server ? clientBits : serverBits,
            server ? clientTakeover : serverTakeover,
            own);
  }

  /** For the server's end of a connection. */
  public static Deflate server(
      DeflateAgreement agreement, DeflatePolicy policy, Compressors compressors) {
    return new Deflate(agreement, policy, compressors, true);
  }

  /** For the client's end of a connection. */
  public static Deflate client(
      DeflateAgreement agreement, DeflatePolicy policy, Compressors compressors) {
    return new Deflate(agreement, policy, compressors, false);
  }

  /** What was agreed. */
  public DeflateAgreement agreement() {
    return agreement;
  }

  boolean server() {
    return server;
  }

  /** Messages shorter than this are sent as they are. */
  int thresholdBytes() {
    return thresholdBytes;
  }

  DeflateWriter writer() {
    return writer;
  }

  DeflateReader reader() {
    return reader;
  }

  void release() {
    writer.release();
    reader.release();
  }
}
