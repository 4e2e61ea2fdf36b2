package dev.carillon.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import dev.carillon.server.LogFormat;
import dev.carillon.server.Logging;
import org.slf4j.LoggerFactory;

/** Sets up where the server's log lines go: standard error, for people or as JSON. */
final class Logs {
  private Logs() {}

  static void configure(Logging logging) {
    configure((LoggerContext) LoggerFactory.getILoggerFactory(), logging);
  }

  static void configure(LoggerContext context, Logging logging) {
    var console = new ConsoleAppender<ILoggingEvent>();
    console.setContext(context);
    console.setTarget("System.err");
    console.setEncoder(encoder(logging.format(), context));
    console.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    root.addAppender(console);
    root.setLevel(Level.toLevel(logging.level().name()));
    context.getLogger("io.netty").setLevel(Level.WARN);
  }

  private static Encoder<ILoggingEvent> encoder(LogFormat format, LoggerContext context) {
    if (format == LogFormat.JSON) {
      var json = new JsonEncoder();
      json.setContext(context);
      json.start();
      return json;
    }
    var text = new PatternLayoutEncoder();
    text.setContext(context);
    text.setPattern("%d{HH:mm:ss.SSS} %-5level %logger{0}: %msg%n");
    text.start();
    return text;
  }
}
