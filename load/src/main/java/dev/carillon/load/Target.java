package dev.carillon.load;

import dev.carillon.websocket.HttpFields;
import java.net.InetAddress;
import java.util.List;

/**
 * The server that is loaded, and how. Immutable.
 *
 * @param address {@code ws://host:port/path}; {@code {room}} stands for a room's name
 * @param dialect how it is spoken to
 * @param compression whether permessage-deflate is offered; the generator itself sends uncompressed
 *     messages
 * @param sources addresses to connect from, taken in turn; with none the system chooses, and
 *     towards 127.0.0.0/8 a further address is taken for each 10,000 connections
 * @param fields further header lines of the opening requests
 */
public record Target(
    String address,
    Dialect dialect,
    boolean compression,
    List<InetAddress> sources,
    HttpFields fields) {
  /** Copies the list. */
  public Target {
    sources = List.copyOf(sources);
  }

  /** A plain target without compression. */
  public static Target of(String address) {
    return new Target(address, Dialect.PLAIN, false, List.of(), HttpFields.NONE);
  }

  /** The same spoken to in another way. */
  public Target withDialect(Dialect other) {
    return new Target(address, other, compression, sources, fields);
  }

  /** The same with or without an offer of compression. */
  public Target withCompression(boolean other) {
    return new Target(address, dialect, other, sources, fields);
  }

  /** The same from other addresses. */
  public Target withSources(List<InetAddress> other) {
    return new Target(address, dialect, compression, other, fields);
  }

  /** The same with other header lines. */
  public Target withFields(HttpFields other) {
    return new Target(address, dialect, compression, sources, other);
  }
}
