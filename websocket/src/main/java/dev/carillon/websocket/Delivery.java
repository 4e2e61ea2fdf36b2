package dev.carillon.websocket;

/** How an {@link Engine} hands over messages. */
public enum Delivery {
  /** As {@link Incoming.Text} and {@link Incoming.Binary}, whole. */
  WHOLE,
  /** As {@link Incoming.Part}s, as the bytes arrive; nothing is held. */
  PARTS
}
