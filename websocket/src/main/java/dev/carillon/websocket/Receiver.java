package dev.carillon.websocket;

/**
 * Takes what an {@link Engine} found in the bytes. Called within {@code receive} and {@code eof}.
 */
@FunctionalInterface
public interface Receiver {
  /**
   * Takes one event. May send through the engine and may {@link Engine#pause()} it, but must not
   * call {@code receive} or {@code eof}. What it throws leaves {@code receive} with the event
   * taken.
   */
  void take(Incoming incoming);
}
