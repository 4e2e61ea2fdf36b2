package dev.carillon.client.spi;

import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.PublishId;
import dev.carillon.wire.Target;

/** One message, from publish to its answer. Its fields are {@link Outbox}' to change. */
final class Publication {
  private static final int ENVELOPE = 256;

  final long ticket;

  /** As the application said it, without id and count. */
  final ClientMessage.Publish said;

  /** 0 until it is about to be sent for the first time in its incarnation. */
  long sequence;

  long previous;

  /** The number of the request that is on its way; 0 for none. */
  long request;

  /** It was sent and not answered: it may be in the room. */
  boolean inDoubt;

  long sentAt;

  Publication(long ticket, ClientMessage.Publish said) {
    this.ticket = ticket;
    this.said = said;
  }

  Target target() {
    return said.target();
  }

  long bytes() {
    return said.payload().bytes().length + ENVELOPE;
  }

  ClientMessage.Publish message(long id, String publisher, long incarnation) {
    return new ClientMessage.Publish(
        id,
        said.target(),
        said.event(),
        said.payload(),
        new PublishId(publisher, incarnation, sequence, previous),
        null,
        said.key(),
        said.tags(),
        said.priority(),
        said.ttl(),
        said.echo(),
        said.filter(),
        said.countReaders());
  }
}
