package dev.carillon.server;

import dev.carillon.connection.ConnectionSettings;
import dev.carillon.connection.Timeouts;
import dev.carillon.core.NodeSettings;
import dev.carillon.transport.ListenerOptions;
import dev.carillon.transport.LoopOptions;
import dev.carillon.transport.ServerTls;
import dev.carillon.transport.TcpOptions;
import dev.carillon.websocket.DeflatePolicy;
import dev.carillon.websocket.DeflateTerms;
import dev.carillon.websocket.HttpLimits;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a configuration means to each of the parts that a server is put together from. */
final class Parts {
  private Parts() {}

  static NodeSettings node(Configuration configuration) {
    NodeShape node = configuration.node();
    Limits limits = configuration.limits();
    return new NodeSettings(
        node.name(),
        limits.maxSessionRate(),
        limits.maxRooms(),
        limits.maxPendingPublishes(),
        limits.maxPendingPerRoom(),
        node.logEntries(),
        node.logSize().toInt(),
        node.renditionSize().toInt(),
        NodeSettings.DEFAULT.turnsAtOnce(),
        node.roomIdle(),
        configuration.session().ttl(),
        configuration.session().presenceGrace(),
        configuration.session().maxDetached(),
        memory(node));
  }

  private static long memory(NodeShape node) {
    long bytes = node.memory().bytes();
    return bytes > 0 ? bytes : Math.max(1 << 20, Runtime.getRuntime().maxMemory() / 2);
  }

  static ConnectionSettings connection(Configuration configuration) {
    Limits limits = configuration.limits();
    Heartbeat heartbeat = configuration.heartbeat();
    int maxMessage = limits.maxMessage().toInt();
    return new ConnectionSettings(
        new dev.carillon.websocket.Limits(maxMessage, maxMessage, limits.maxFragments()),
        new HttpLimits(limits.maxHeaders(), limits.maxHeader().toInt(), limits.maxUri().toInt()),
        new DeflatePolicy(configuration.compression().threshold().toInt(), false),
        new Timeouts(
            limits.handshakeTimeout(),
            configuration.auth().timeout(),
            heartbeat.interval(),
            heartbeat.timeout(),
            limits.idleTimeout(),
            limits.messageTimeout(),
            limits.stallTimeout(),
            limits.closeTimeout()),
        limits.maxWaiting().toInt());
  }

  static @Nullable DeflateTerms deflate(Compression compression) {
    boolean alone = !compression.contextTakeover();
    return compression.enabled()
        ? new DeflateTerms(compression.windowBits(), compression.windowBits(), alone, alone)
        : null;
  }

  static LoopOptions loops(Configuration configuration) {
    int loops = configuration.listen().loops();
    return new LoopOptions(
        loops == 0 ? Runtime.getRuntime().availableProcessors() : loops,
        true,
        configuration.compression().level());
  }

  static ListenerOptions listener(Configuration configuration) {
    Listen listen = configuration.listen();
    Tls tls = configuration.tls();
    Path unix = listen.unix();
    return new ListenerOptions(
        unix == null
            ? new ListenerOptions.At.Tcp(listen.host(), listen.port())
            : new ListenerOptions.At.Unix(unix),
        tls == null ? null : new ServerTls(tls.certificate(), tls.key()),
        tcp(configuration.tcp()),
        listen.backlog(),
        configuration.limits().maxConnections(),
        configuration.api().maxBody().toInt());
  }

  private static TcpOptions tcp(Tcp tcp) {
    return new TcpOptions(
        tcp.noDelay(),
        tcp.keepAlive(),
        (int) tcp.keepAliveIdle().toSeconds(),
        (int) tcp.keepAliveInterval().toSeconds(),
        tcp.keepAliveCount(),
        tcp.receiveBuffer().toInt(),
        tcp.sendBuffer().toInt());
  }
}
