package dev.carillon.connection;

import dev.carillon.websocket.RequestHead;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A socket in memory that takes as much of each offer as it is told to. */
final class MemorySocket implements Socket {
  private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

  /** How many bytes it takes of so many offered. */
  IntUnaryOperator takes = offered -> offered;

  /** Whether it keeps nothing of what it takes. */
  boolean forgets;

  boolean shortened;
  boolean paused;
  boolean outputShut;
  boolean closed;
  boolean aborted;
  int offers;
  @Nullable RequestHead http;
  byte[] httpRest = new byte[0];

  @Override
  public int offer(ByteBuffer slice) {
    offers++;
    int some = shortened ? 0 : takes.applyAsInt(slice.remaining());
    shortened |= some < slice.remaining();
    if (forgets) {
      return some;
    }
    byte[] bytes = new byte[some];
    slice.get(slice.position(), bytes);
    taken.writeBytes(bytes);
    return some;
  }

  /** What has been taken since the last call. */
  byte[] takeAll() {
    byte[] all = taken.toByteArray();
    taken.reset();
    return all;
  }

  @Override
  public void pauseReading(boolean pause) {
    paused = pause;
  }

  @Override
  public void shutdownOutput() {
    outputShut = true;
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public void abort() {
    aborted = true;
  }

  @Override
  public void http(RequestHead head, ByteBuffer rest) {
    http = head;
    httpRest = new byte[rest.remaining()];
    rest.get(httpRest);
  }
}
