package dev.carillon.simulator;

import dev.carillon.core.RoomName;
import dev.carillon.core.Subscriber;
import dev.carillon.core.Wildcard;
import dev.carillon.core.spi.Broker;
import java.util.List;
import java.util.function.Consumer;

/** A simulated broker for those who wait: after each call the world goes on until all is done. */
record PumpedBroker(World world, Broker inner) implements Broker {
  private void pump() {
    boolean more = true;
    while (more) {
      more = world.step();
    }
  }

  @Override
  public void append(RoomName room, List<Append> batch, Consumer<List<Appended>> answer) {
    inner.append(room, batch, answer);
    pump();
  }

  @Override
  public Attachment attach(RoomName room, Feed feed, Consumer<Answer<Extent>> answer) {
    Attachment attached = inner.attach(room, feed, answer);
    pump();
    return attached;
  }

  @Override
  public void read(
      RoomName room, long from, int limit, int maxBytes, Consumer<Answer<Page>> answer) {
    inner.read(room, from, limit, maxBytes, answer);
    pump();
  }

  @Override
  public void find(RoomName room, long since, Consumer<Answer<Extent>> answer) {
    inner.find(room, since, answer);
    pump();
  }

  @Override
  public void rooms(Wildcard matching, int limit, Consumer<Answer<List<RoomName>>> answer) {
    inner.rooms(matching, limit, answer);
    pump();
  }

  @Override
  public void subscription(RoomName room, Subscriber who, Consumer<Answer<Subscription>> answer) {
    inner.subscription(room, who, answer);
    pump();
  }

  @Override
  public void settle(
      RoomName room, Subscriber who, Cursor cursor, Consumer<Answer<Cursor>> answer) {
    inner.settle(room, who, cursor, answer);
    pump();
  }

  @Override
  public void close() {
    inner.close();
  }
}
