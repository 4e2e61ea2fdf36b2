package dev.carillon.server;

import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Change;
import dev.carillon.server.settings.Setting;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where and how connections are taken.
 *
 * @param host the address to listen on: a name, an IPv4 or IPv6 address, 0.0.0.0 or :: for all.
 *     Beyond loopback it needs an auth.mode that checks who comes, or auth.insecure
 * @param port the port; 0 takes a free one, which is printed
 * @param unix a Unix socket to listen on instead of host and port
 * @param backlog how many connections may wait in the kernel to be accepted
 * @param loops event loops; 0 takes one for each core
 * @param paths addresses that speak the protocols of the subprotocols asked for. An upgrade on / is
 *     taken as the first of them
 * @param page whether a small chat page is served at /
 */
public record Listen(
    @Setting(
            "The address to listen on: a name, an IPv4 or IPv6 address, 0.0.0.0 or :: for all."
                + " Beyond loopback it needs an auth.mode that checks who comes, or auth.insecure.")
        String host,
    @Setting(value = "The port; 0 takes a free one, which is printed.", allowed = "0 to 65535")
        int port,
    @Setting("A Unix socket to listen on instead of host and port.") @Nullable Path unix,
    @Setting(
            value = "How many connections may wait in the kernel to be accepted.",
            allowed = "1 to 65535")
        int backlog,
    @Setting(value = "Event loops; 0 takes one for each core.", allowed = "0 to 1024") int loops,
    @Setting(
            value =
                "Addresses that speak the protocols of the subprotocols asked for. An upgrade on /"
                    + " is taken as the first of them.",
            allowed = "paths beginning with /")
        List<String> paths,
    @Setting("Whether a small chat page is served at /.") boolean page) {
  /** What an empty configuration means. */
  public static final Listen DEFAULT =
      new Listen("127.0.0.1", 8080, null, 1024, 0, List.of("/ws"), true);

  /** Checks the values. */
  public Listen {
    BadSetting.require(!host.isBlank(), "host", "is empty, must be a name or an address");
    BadSetting.within("port", port, 0, 65_535);
    BadSetting.within("backlog", backlog, 1, 65_535);
    BadSetting.within("loops", loops, 0, 1024);
    paths = List.copyOf(paths);
    BadSetting.require(!paths.isEmpty(), "paths", "is empty, must have one path at least");
    for (String path : paths) {
      BadSetting.require(
          path.length() > 1 && path.startsWith("/"),
          "paths",
          "has '" + path + "', must be paths that begin with / and say more");
    }
  }

  /** The same with another {@code host}. */
  public Listen withHost(String host) {
    return Change.of(this, "host", host);
  }

  /** The same with another {@code port}. */
  public Listen withPort(int port) {
    return Change.of(this, "port", port);
  }

  /** The same with another {@code unix}. */
  public Listen withUnix(@Nullable Path unix) {
    return Change.of(this, "unix", unix);
  }

  /** The same with another {@code backlog}. */
  public Listen withBacklog(int backlog) {
    return Change.of(this, "backlog", backlog);
  }

  /** The same with another {@code loops}. */
  public Listen withLoops(int loops) {
    return Change.of(this, "loops", loops);
  }

  /** The same with another {@code paths}. */
  public Listen withPaths(List<String> paths) {
    return Change.of(this, "paths", paths);
  }

  /** The same with another {@code page}. */
  public Listen withPage(boolean page) {
    return Change.of(this, "page", page);
  }
}
