package dev.carillon.cli;

import dev.carillon.connection.Handler;
import dev.carillon.transport.ClientConnection;

/** What the lines that somebody types mean to the other side, and what comes from there. */
interface Talk extends Handler {
  /** Waits until lines can be sent. */
  void begin(ClientConnection connection) throws InterruptedException;

  /** Sends what was typed. */
  void line(String text) throws InterruptedException;

  /** Carries out a command such as {@code members}; returns whether there is one of this name. */
  boolean command(String name, String rest) throws InterruptedException;

  /** How many sent lines have not been answered, where they are. */
  int unanswered();
}
