package dev.carillon.wire;

/**
 * A place in a room's log: everything up to and including the offset has been read.
 *
 * @param epoch 1 to 32 letters, digits, '-' or '_', compared for identity only
 * @param offset the last entry that was read, 0 for none
 */
public record Position(String epoch, long offset) {
  public Position {
    Check.epoch(epoch);
    Check.number("offset", offset);
  }
}
