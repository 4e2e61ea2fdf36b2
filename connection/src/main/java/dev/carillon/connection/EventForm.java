package dev.carillon.connection;

import dev.carillon.core.Entry;
import dev.carillon.core.Epoch;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Bytes;
import dev.carillon.core.spi.Streaming;
import dev.carillon.core.spi.WireForm;

/**
 * A protocol's messages as server-sent events. A body that ends with the link needs no framing of
 * its own, so streams and what is fetched piece by piece share these bytes. Confined to its loop.
 */
final class EventForm implements WireForm {
  private final Streaming streaming;

  EventForm(Streaming streaming) {
    this.streaming = streaming;
  }

  @Override
  public void append(RoomName room, Epoch epoch, Entry entry, boolean compress, Bytes into) {
    streaming.append(room, epoch, entry, into);
  }
}
