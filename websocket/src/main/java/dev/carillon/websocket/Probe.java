package dev.carillon.websocket;

/** Probe. */
public final class Probe {
  private Probe() {}

  /** Gives one. */
  public static int one() {
    return 1;
  }
}
