package dev.carillon.client.spi;

import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.ClientName;
import java.util.Objects;
import java.util.function.ToIntFunction;

/**
 * What a {@link Machine} is told at its beginning. Immutable.
 *
 * @param client how this client calls itself to the server
 * @param publisher who publishes: unique among all publishers of its user
 * @param incarnation from 1; higher than in any earlier life of this publisher
 * @param renewable whether a token that was refused can be replaced
 * @param outboxMessages how many publications may wait for their answer
 * @param outboxBytes how many bytes they may hold
 * @param sizeOf the bytes that a message takes on the wire; asked for large ones only
 */
public record MachineOptions(
    ClientName client,
    String publisher,
    long incarnation,
    boolean renewable,
    int outboxMessages,
    long outboxBytes,
    ToIntFunction<ClientMessage> sizeOf) {
  /** Checks the ranges. */
  public MachineOptions {
    Objects.requireNonNull(client, "client");
    Objects.requireNonNull(publisher, "publisher");
    Objects.requireNonNull(sizeOf, "sizeOf");
    atLeast("incarnation", incarnation);
    atLeast("outboxMessages", outboxMessages);
    atLeast("outboxBytes", outboxBytes);
  }

  private static void atLeast(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
    }
  }
}
