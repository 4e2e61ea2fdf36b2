/** The {@code carillon} command: prints, never decides. */
@org.jspecify.annotations.NullMarked
module dev.carillon.cli {
  requires ch.qos.logback.classic;
  requires ch.qos.logback.core;
  requires dev.carillon.broker.sqlite;
  requires dev.carillon.connection;
  requires dev.carillon.load;
  requires dev.carillon.server;
  requires dev.carillon.simulator;
  requires dev.carillon.transport;
  requires dev.carillon.websocket;
  requires dev.carillon.wire;
  requires info.picocli;
  requires java.management;
  requires java.net.http;
  requires org.jline;
  requires org.slf4j;
  requires tools.jackson.core;
  requires tools.jackson.databind;
  requires static org.jspecify;

  provides ch.qos.logback.classic.spi.Configurator with
      dev.carillon.cli.QuietStart;

  opens dev.carillon.cli to
      info.picocli;
}
