package dev.carillon.cli;

import java.io.IOException;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jspecify.annotations.Nullable;

/**
 * A terminal on which somebody types while messages appear above, coloured by direction and kind.
 * Safe for use by many threads, but for {@link #next()}.
 */
final class InteractiveScreen implements Screen, Lines {
  private static final AttributedStyle FAINT = AttributedStyle.DEFAULT.faint();
  private static final AttributedStyle IN = colour(AttributedStyle.CYAN);
  private static final AttributedStyle OUT = colour(AttributedStyle.GREEN);
  private static final AttributedStyle BAD = colour(AttributedStyle.RED);

  private final Terminal terminal;
  private final LineReader reader;

  private InteractiveScreen(Terminal terminal) {
    this.terminal = terminal;
    this.reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .option(LineReader.Option.BRACKETED_PASTE, true)
            .build();
  }

  static InteractiveScreen open() throws IOException {
    return new InteractiveScreen(TerminalBuilder.builder().system(true).build());
  }

  private static AttributedStyle colour(int colour) {
    return AttributedStyle.DEFAULT.foreground(colour);
  }

  @Override
  public @Nullable String next() {
    try {
      return reader.readLine("> ");
    } catch (EndOfFileException | UserInterruptException over) {
      return null;
    }
  }

  @Override
  public void received(String who, String text) {
    var line = new AttributedStringBuilder().styled(IN, "< ");
    if (!who.isEmpty()) {
      line.styled(IN.bold(), Shown.line(who)).append("  ");
    }
    above(line.append(Shown.line(text)).toAttributedString());
  }

  @Override
  public void sent(String text) {
    above(new AttributedString("> " + Shown.line(text), OUT));
  }

  @Override
  public void note(String text) {
    above(new AttributedString("* " + Shown.line(text), FAINT));
  }

  @Override
  public void wrong(String text) {
    above(new AttributedString("! " + Shown.line(text), BAD));
  }

  private void above(AttributedString line) {
    reader.printAbove(line);
  }

  @Override
  public void close() throws IOException {
    terminal.close();
  }
}
