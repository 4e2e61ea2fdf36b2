/** A server put together from its parts, and the embedding API {@code Carillon}. */
@org.jspecify.annotations.NullMarked
module dev.carillon.server {
  requires transitive dev.carillon.core;
  requires com.nimbusds.jose.jwt;
  requires dev.carillon.transport;
  requires java.net.http;
  requires io.prometheus.metrics.model;
  requires io.prometheus.writer.text;
  requires org.slf4j;
  requires org.snakeyaml.engine;
  requires tools.jackson.core;
  requires tools.jackson.databind;
  requires static org.jspecify;

  exports dev.carillon.server;

  uses dev.carillon.core.spi.BrokerProvider;
  uses dev.carillon.core.spi.Filter.Compiler;
  uses dev.carillon.core.spi.Protocol;
}
