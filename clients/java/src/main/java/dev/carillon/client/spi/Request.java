package dev.carillon.client.spi;

import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.Payload;
import dev.carillon.wire.ServerMessage;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** A request that is answered once. */
final class Request {
  /** What becomes of a request whose connection broke before the answer. */
  enum IfLost {
    /** It is sent again on the next one. */
    REPEATED,
    /** What it asks for is true as well without a connection. */
    DONE,
    FAILED
  }

  final long ticket;
  final LongFunction<ClientMessage> message;
  final @Nullable Payload payload;
  final IfLost ifLost;
  final long timeout;
  final @Nullable Consumer<ServerMessage> then;

  /** When the answer is overdue; set by {@link Requests}. */
  long due;

  private Request(
      long ticket,
      LongFunction<ClientMessage> message,
      @Nullable Payload payload,
      IfLost ifLost,
      long timeout,
      @Nullable Consumer<ServerMessage> then) {
    this.ticket = ticket;
    this.message = message;
    this.payload = payload;
    this.ifLost = ifLost;
    this.timeout = timeout;
    this.then = then;
  }

  static Request repeated(
      long ticket, LongFunction<ClientMessage> message, @Nullable Payload payload) {
    return new Request(ticket, message, payload, IfLost.REPEATED, Rules.REQUEST, null);
  }

  static Request leave(long ticket, String room, IfLost ifLost) {
    return new Request(
        ticket, id -> new ClientMessage.Leave(id, room), null, ifLost, Rules.REQUEST, null);
  }

  static Request call(
      long ticket, LongFunction<ClientMessage> message, Payload payload, long timeout) {
    return new Request(ticket, message, payload, IfLost.FAILED, timeout, null);
  }

  /** Asks for nobody in particular; the answer is taken by the machine itself. */
  static Request members(String room, Consumer<ServerMessage> then) {
    return new Request(
        Machine.NOBODY,
        id -> new ClientMessage.Members(id, room),
        null,
        IfLost.REPEATED,
        Rules.REQUEST,
        then);
  }
}
