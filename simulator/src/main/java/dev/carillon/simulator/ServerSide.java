package dev.carillon.simulator;

import dev.carillon.connection.Connection;
import dev.carillon.connection.Socket;
import dev.carillon.websocket.RequestHead;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The server's socket of one connection, between the pipes of the network. */
final class ServerSide implements Socket, Pipe.Reader {
  /** From the client to here, and from here to the client. */
  final Pipe up;

  final Pipe down;

  private final World world;
  private final Witness witness;
  private final SimulatedServer server;
  private @Nullable Connection connection;
  private boolean paused;
  private boolean over;

  ServerSide(
      World world,
      Witness witness,
      SimulatedServer server,
      Pipe.Reader client,
      Runnable clientsRoom) {
    this.world = world;
    this.witness = witness;
    this.server = server;
    this.up = new Pipe(world, "up", this, clientsRoom);
    this.down = new Pipe(world, "down", client, this::roomAgain);
  }

  void begin(Connection made) {
    connection = made;
  }

  private @Nullable Connection live() {
    return over || !server.alive() ? null : connection;
  }

  private void roomAgain() {
    Connection current = live();
    if (current != null) {
      current.writable();
    }
  }

  /** The network ends the connection, now. */
  void reset() {
    up.cut();
    down.cut();
    gone();
  }

  /** Nothing is left of it; the connection is told soon. */
  private void gone() {
    world.after(
        world.network.nextInt(3),
        "gone",
        () -> {
          Connection current = live();
          over = true;
          if (current != null) {
            current.closed();
          }
        });
  }

  // -- From the client

  @Override
  public boolean reads() {
    return !paused && live() != null;
  }

  @Override
  public void arrived(ByteBuffer bytes) {
    Connection current = live();
    if (current != null) {
      current.received(bytes);
      current.readComplete();
    }
  }

  @Override
  public void ended() {
    Connection current = live();
    if (current != null) {
      current.eof();
    }
  }

  // -- From the connection

  @Override
  public int offer(ByteBuffer slice) {
    return over ? slice.remaining() : down.offer(slice);
  }

  @Override
  public void pauseReading(boolean pause) {
    paused = pause;
    if (!pause) {
      up.resume();
    }
  }

  @Override
  public void shutdownOutput() {
    down.finish();
  }

  @Override
  public void close() {
    down.finish();
    gone();
  }

  @Override
  public void abort() {
    down.finish();
    gone();
  }

  @Override
  public void http(RequestHead head, ByteBuffer rest) {
    witness.violated("0 a WebSocket was taken for plain HTTP: " + head);
  }
}
