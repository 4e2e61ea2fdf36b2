package dev.carillon.load;

import java.util.List;

/**
 * How a server is spoken to: what a connection says when it opens, and what stands around the data
 * of a message. {@code {room}} stands for the room's name everywhere. Immutable.
 *
 * @param subprotocols to be offered, the preferred first
 * @param opening what a connection says once it is open, each after the answer to the one before
 * @param before what stands before the data of a published message
 * @param after what stands behind it
 * @param severalInAFrame whether the server may put several messages into one frame
 */
public record Dialect(
    List<String> subprotocols,
    List<Step> opening,
    String before,
    String after,
    boolean severalInAFrame) {
  /**
   * A step of the opening.
   *
   * @param say a text frame
   * @param answer what stands in the frame that answers it
   */
  public record Step(String say, String answer) {}

  /**
   * Frames are data, as for an echo server, Carillon's plain connections, and any server that says
   * to everybody what one says.
   */
  public static final Dialect PLAIN = new Dialect(List.of(), List.of(), "", "", false);

  /** Carillon's own protocol in JSON. */
  public static final Dialect CARILLON =
      new Dialect(
          List.of("carillon.v1.json"),
          List.of(
              new Step("{\"op\":\"connect\",\"id\":1}", "\"welcome\""),
              new Step("{\"op\":\"join\",\"id\":2,\"room\":\"{room}\"}", "\"joined\"")),
          "{\"op\":\"publish\",\"room\":\"{room}\",\"type\":\"text\",\"data\":\"",
          "\"}",
          false);

  /** The protocol of centrifuge and Centrifugo in JSON. */
  public static final Dialect CENTRIFUGE =
      new Dialect(
          List.of(),
          List.of(
              new Step("{\"id\":1,\"connect\":{}}", "\"connect\""),
              new Step("{\"id\":2,\"subscribe\":{\"channel\":\"{room}\"}}", "\"subscribe\"")),
          "{\"id\":3,\"publish\":{\"channel\":\"{room}\",\"data\":\"",
          "\"}}",
          true);

  /** Copies the lists. */
  public Dialect {
    subprotocols = List.copyOf(subprotocols);
    opening = List.copyOf(opening);
  }
}
