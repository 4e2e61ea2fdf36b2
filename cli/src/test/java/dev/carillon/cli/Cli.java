package dev.carillon.cli;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

/** Runs one command in this process, as if from a pipe. */
record Cli(int exit, String out, String err) {
  static Cli run(String input, String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    try {
      int exit =
          Main.commandLine()
              .setOut(new PrintWriter(out))
              .setErr(new PrintWriter(err))
              .execute(arguments);
      return new Cli(exit, out.toString(), err.toString());
    } finally {
      System.setIn(before);
    }
  }
}
