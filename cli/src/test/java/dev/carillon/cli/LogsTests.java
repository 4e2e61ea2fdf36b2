package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.lang.System.Logger.Level;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogsTests {
  @Test
  void whatIsSaidByThePlatformsLoggerGoesTheWayOfEverythingElse() {
    String name = "dev.carillon.transport.Somewhere";
    Logger logger = (Logger) LoggerFactory.getLogger(name);
    var said = new ListAppender<ILoggingEvent>();
    said.start();
    logger.addAppender(said);
    try {
      System.getLogger(name).log(Level.WARNING, "the socket did not take {0}", "it");
    } finally {
      logger.detachAppender(said);
    }

    assertThat(said.list)
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getLevel()).isEqualTo(ch.qos.logback.classic.Level.WARN);
              assertThat(event.getFormattedMessage()).isEqualTo("the socket did not take it");
            });
  }
}
