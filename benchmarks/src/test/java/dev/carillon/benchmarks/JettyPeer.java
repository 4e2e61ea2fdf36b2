package dev.carillon.benchmarks;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;
import org.jspecify.annotations.Nullable;

/** A server of Jetty's: echoes, but in {@code /rooms/{room}} it says to everybody what one says. */
public final class JettyPeer {
  private static final int MAX = 16 << 20;
  private static final Map<String, Set<Session>> ROOMS = new ConcurrentHashMap<>();

  private JettyPeer() {}

  /** Listens at the port that the first argument names. */
  public static void main(String[] arguments) throws Exception {
    Server server = new Server(new QueuedThreadPool(32));
    ServerConnector connector = new ServerConnector(server, 1, 1);
    connector.setHost("127.0.0.1");
    connector.setPort(Integer.parseInt(arguments[0]));
    connector.setAcceptQueueSize(1024);
    server.addConnector(connector);
    boolean deflate = arguments.length > 1 && arguments[1].equals("deflate");
    server.setHandler(
        WebSocketUpgradeHandler.from(
            server,
            container -> {
              container.setMaxTextMessageSize(MAX);
              container.setMaxFrameSize(MAX);
              container.setIdleTimeout(java.time.Duration.ZERO);
              container.setMaxOutgoingFrames(-1);
              container.addMapping(
                  "/*",
                  (request, response, done) -> {
                    if (!deflate) {
                      response.setExtensions(java.util.List.of());
                    }
                    String path = request.getHttpURI().getPath();
                    return new Endpoint(path.startsWith("/rooms/") ? path : null);
                  });
            }));
    server.start();
    server.join();
  }

  /** One connection. Called by Jetty, which needs it public. */
  public static final class Endpoint extends Session.Listener.AbstractAutoDemanding {
    private final @Nullable String path;
    private Set<Session> room = Set.of();

    Endpoint(@Nullable String path) {
      this.path = path;
    }

    @Override
    public void onWebSocketOpen(Session session) {
      super.onWebSocketOpen(session);
      if (path != null) {
        room = ROOMS.computeIfAbsent(path, name -> ConcurrentHashMap.newKeySet());
        room.add(session);
      }
    }

    @Override
    public void onWebSocketText(String text) {
      if (path == null) {
        getSession().sendText(text, Callback.NOOP);
      } else {
        for (Session member : room) {
          member.sendText(text, Callback.NOOP);
        }
      }
    }

    @Override
    public void onWebSocketBinary(ByteBuffer payload, Callback done) {
      getSession().sendBinary(payload, done);
    }

    @Override
    public void onWebSocketClose(int code, String reason) {
      room.remove(getSession());
    }
  }
}
