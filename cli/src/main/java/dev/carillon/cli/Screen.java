package dev.carillon.cli;

import java.io.PrintWriter;

/** Where a conversation is shown. Safe for use by many threads. Escapes what others wrote. */
interface Screen {
  /** Something came. */
  void received(String who, String text);

  /** Something that was sent; shown where it would not be seen otherwise. */
  void sent(String text);

  /** Something happened that is no message. */
  void note(String text);

  /** Something went wrong. */
  void wrong(String text);

  /** For pipes: what comes goes to standard output, a line each, all else to standard error. */
  static Screen plain(PrintWriter out, PrintWriter err) {
    return new Screen() {
      @Override
      public void received(String who, String text) {
        say(out, Shown.line(text));
      }

      @Override
      public void sent(String text) {}

      @Override
      public void note(String text) {
        say(err, Shown.line(text));
      }

      @Override
      public void wrong(String text) {
        say(err, "carillon: " + Shown.line(text));
      }
    };
  }

  /** For {@code --json}: nothing but what went wrong, on standard error. */
  static Screen silent(PrintWriter err) {
    return new Screen() {
      @Override
      public void received(String who, String text) {}

      @Override
      public void sent(String text) {}

      @Override
      public void note(String text) {}

      @Override
      public void wrong(String text) {
        say(err, "carillon: " + Shown.line(text));
      }
    };
  }

  private static void say(PrintWriter to, String line) {
    synchronized (to) {
      to.println(line);
      to.flush();
    }
  }
}
