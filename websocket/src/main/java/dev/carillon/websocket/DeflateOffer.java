package dev.carillon.websocket;

import dev.carillon.websocket.header.DeflateParameters;
import dev.carillon.websocket.header.Extension;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The negotiation of permessage-deflate (RFC 7692 7.1), from both sides. */
final class DeflateOffer {
  /**
   * What a server accepted.
   *
   * @param response the element for its Sec-WebSocket-Extensions
   */
  record Accepted(String response, DeflateAgreement agreement) {}

  private static final int LARGEST = 15;

  private DeflateOffer() {}

  /** Takes the first offer that is valid; null when there is none. */
  static @Nullable Accepted accept(List<Extension> offers, DeflateTerms terms) {
    for (var offer : offers) {
      var asked = offer.name().equals(DeflateParameters.NAME) ? DeflateParameters.of(offer) : null;
      if (asked != null) {
        return accept(asked, terms);
      }
    }
    return null;
  }

  private static Accepted accept(DeflateParameters asked, DeflateTerms terms) {
    boolean serverAlone = asked.serverNoContextTakeover() || terms.ownNoContextTakeover();
    // 7.1.1.2: in an offer it is a hint that costs the client nothing and spares us its history.
    boolean clientAlone = asked.clientNoContextTakeover() || terms.peerNoContextTakeover();
    var serverMax = asked.serverMaxWindowBits();
    int serverBits = Math.min(terms.ownWindowBits(), serverMax == null ? LARGEST : serverMax);
    var clientMax = asked.clientMaxWindowBits();
    int clientBits = LARGEST;
    if (asked.clientMaxWindowBitsPresent()) {
      clientBits = Math.min(terms.peerWindowBits(), clientMax == null ? LARGEST : clientMax);
    }
    var response =
        new DeflateParameters(
            serverAlone,
            clientAlone,
            // A window smaller than the peer expects needs no announcement, and some clients refuse
            // one that they did not ask for.
            serverMax == null ? null : serverBits,
            clientBits == LARGEST ? null : clientBits,
            clientBits != LARGEST); // 7.1.2.2: never unasked
    return new Accepted(
        response.toString(),
        new DeflateAgreement(serverAlone, clientAlone, serverBits, clientBits));
  }

  /**
   * A client's Sec-WebSocket-Extensions. Where it asks for a small window of the server's, a second
   * offer does without, for servers that cannot.
   */
  static String offer(DeflateTerms terms) {
    boolean small = terms.peerWindowBits() < LARGEST;
    var plain = offer(terms, null);
    return small ? offer(terms, terms.peerWindowBits()) + ", " + plain : plain;
  }

  private static String offer(DeflateTerms terms, @Nullable Integer serverBits) {
    return new DeflateParameters(
            terms.peerNoContextTakeover(),
            terms.ownNoContextTakeover(),
            serverBits,
            terms.ownWindowBits() == LARGEST ? null : terms.ownWindowBits(),
            true)
        .toString();
  }

  /** Checks a server's response to {@link #offer}; null when it does not answer it. */
  static @Nullable DeflateAgreement check(Extension response, DeflateTerms terms) {
    var chosen = DeflateParameters.of(response);
    if (chosen == null || terms.peerNoContextTakeover() && !chosen.serverNoContextTakeover()) {
      return null;
    }
    var serverMax = chosen.serverMaxWindowBits();
    var clientMax = chosen.clientMaxWindowBits();
    if (chosen.clientMaxWindowBitsPresent()
        && (clientMax == null || clientMax > terms.ownWindowBits())) {
      return null;
    }
    return new DeflateAgreement(
        chosen.serverNoContextTakeover(),
        chosen.clientNoContextTakeover() || terms.ownNoContextTakeover(),
        serverMax == null ? LARGEST : serverMax,
        clientMax == null ? terms.ownWindowBits() : clientMax);
  }
}
