package dev.carillon.websocket;

/**
 * The permessage-deflate side of one connection (RFC 7692): its agreement, and the dictionary tails
 * that stand for the state of a compressor. Confined to the connection's event loop, like the {@link
 * Compressors} that it borrows.
 */
public final class Deflate {
  private final DeflateAgreement agreement;
  private final boolean server;

  private Deflate(DeflateAgreement agreement, boolean server) {
    this.agreement = agreement;
    this.server = server;
  }

  /** For the server's end of a connection. */
  public static Deflate server(
      DeflateAgreement agreement, DeflatePolicy policy, Compressors compressors) {
    return new Deflate(agreement, true);
  }

  /** For the client's end of a connection. */
  public static Deflate client(
      DeflateAgreement agreement, DeflatePolicy policy, Compressors compressors) {
    return new Deflate(agreement, false);
  }

  /** What was agreed. */
  public DeflateAgreement agreement() {
    return agreement;
  }

  boolean server() {
    return server;
  }
}
