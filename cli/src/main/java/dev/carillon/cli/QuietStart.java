package dev.carillon.cli;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.carillon.server.LogFormat;
import dev.carillon.server.LogLevel;
import dev.carillon.server.Logging;

/**
 * What is logged until a command says otherwise: warnings, on standard error. Also spares the start
 * the search for a configuration file. Found by the logging library.
 */
public final class QuietStart extends ContextAwareBase implements Configurator {
  /** Called by the service loader. */
  public QuietStart() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    Logs.configure(context, new Logging(LogFormat.TEXT, LogLevel.WARN));
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
