package dev.carillon.cli;

import dev.carillon.transport.ClientConnection;
import dev.carillon.websocket.CloseCode;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Carries lines from a person or a pipe into a connection until one of the two ends. */
final class Conversation {
  /** After so many quiet times the end comes even when the other side is never quiet. */
  private static final int MOST_WAITS = 10;

  private final ClientConnection connection;
  private final Talk talk;
  private final Screen screen;
  private final Tally tally;
  private final Lines lines;
  private final double quietSeconds;
  private final boolean typed;
  private volatile boolean closedByUs;

  Conversation(
      ClientConnection connection,
      Talk talk,
      Screen screen,
      Tally tally,
      Lines lines,
      double quietSeconds,
      boolean typed) {
    this.connection = connection;
    this.talk = talk;
    this.screen = screen;
    this.tally = tally;
    this.lines = lines;
    this.quietSeconds = quietSeconds;
    this.typed = typed;
  }

  /** Whether the end was ours to choose. */
  boolean closedByUs() {
    return closedByUs;
  }

  /** Runs until the connection has ended. */
  ClientConnection.Ended run() throws InterruptedException, ExecutionException {
    Thread reader = Thread.ofPlatform().daemon().name("carillon-input").start(this::read);
    try {
      return connection.ended().get();
    } finally {
      reader.interrupt();
    }
  }

  private void read() {
    try {
      for (String line = lines.next(); line != null; line = lines.next()) {
        if (connection.ended().isDone() || !take(line)) {
          return;
        }
      }
      if (!typed) {
        awaitQuiet();
      }
      close(CloseCode.NORMAL, "");
    } catch (IOException broken) {
      screen.wrong("standard input cannot be read: " + broken.getMessage());
      close(CloseCode.NORMAL, "");
    } catch (InterruptedException over) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns whether to go on. */
  private boolean take(String line) throws InterruptedException {
    if (!typed || !line.startsWith("/")) {
      talk.line(line);
      return true;
    }
    if (line.startsWith("//")) {
      talk.line(line.substring(1));
      return true;
    }
    String[] words = line.substring(1).split(" ", 2);
    return command(words[0], words.length < 2 ? "" : words[1].strip());
  }

  private boolean command(String name, String rest) throws InterruptedException {
    switch (name) {
      case "ping" -> Pings.send(connection);
      case "close", "quit", "exit" -> {
        String[] words = rest.isEmpty() ? new String[] {"1000"} : rest.split(" ", 2);
        try {
          close(ConnectCommand.code(words[0]), words.length < 2 ? "" : words[1]);
          return false;
        } catch (Failure misuse) {
          screen.wrong(String.valueOf(misuse.getMessage()));
        }
      }
      case "help" ->
          screen.note("/ping, /members, /close [CODE [REASON]], /help; // sends a slash");
      default -> {
        if (!talk.command(name, rest)) {
          screen.wrong("there is no /" + name + "; /help shows what there is");
        }
      }
    }
    return true;
  }

  /** Waits until all is answered and nothing has come for a while. */
  private void awaitQuiet() throws InterruptedException {
    long quiet = (long) (quietSeconds * 1e9);
    long deadline = System.nanoTime() + Math.max(quiet, 1_000_000_000L) * MOST_WAITS;
    long seen;
    do {
      seen = tally.messagesReceived.get();
      try {
        connection.ended().get(quiet, TimeUnit.NANOSECONDS);
        return;
      } catch (TimeoutException | ExecutionException goOn) {
        // looked at below
      }
    } while ((seen != tally.messagesReceived.get() || talk.unanswered() > 0)
        && System.nanoTime() - deadline < 0);
  }

  private void close(CloseCode code, String reason) {
    closedByUs = true;
    connection.close(code, reason);
  }
}
