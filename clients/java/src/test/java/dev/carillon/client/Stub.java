package dev.carillon.client;

import dev.carillon.websocket.CloseCode;
import dev.carillon.websocket.Engine;
import dev.carillon.websocket.HttpHead;
import dev.carillon.websocket.HttpLimits;
import dev.carillon.websocket.Incoming;
import dev.carillon.websocket.Limits;
import dev.carillon.websocket.OriginPolicy;
import dev.carillon.websocket.ServerHandshake;
import dev.carillon.websocket.ServerTerms;
import dev.carillon.wire.JsonCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server that does what a test tells it, message by message or byte by byte. */
final class Stub implements AutoCloseable {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final ServerTerms TERMS =
      new ServerTerms(List.of(JsonCodec.SUBPROTOCOL), null, OriginPolicy.ANY);

  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

  Stub() throws IOException {}

  String url() {
    return "ws://127.0.0.1:" + server.getLocalPort();
  }

  /** The next connection, before anything was said. */
  Socket accept() throws IOException {
    server.setSoTimeout(10_000);
    Socket socket = server.accept();
    socket.setSoTimeout(10_000);
    return socket;
  }

  /** The next connection, with the handshake done. */
  Peer peer() throws IOException {
    return new Peer(accept());
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  /** The server's side of one connection. */
  static final class Peer {
    private final Socket socket;
    private final Engine engine;
    private final LinkedBlockingQueue<JsonNode> said = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<Integer> closed = new LinkedBlockingQueue<>();
    private final ByteBuffer pending = ByteBuffer.allocate(1 << 20);

    private Peer(Socket socket) throws IOException {
      this.socket = socket;
      HttpHead head = HttpHead.request(HttpLimits.DEFAULT);
      ByteBuffer bytes = ByteBuffer.allocate(8192).limit(0);
      HttpHead.Progress progress = head.receive(bytes);
      while (!(progress instanceof HttpHead.Progress.Request(var request))) {
        bytes.position(0).limit(Math.max(0, socket.getInputStream().read(bytes.array())));
        progress = head.receive(bytes);
      }
      var accepted = (ServerHandshake.Answer.Accepted) ServerHandshake.answer(request, TERMS);
      socket.getOutputStream().write(accepted.head().toByteArray());
      engine = Engine.server(Limits.DEFAULT, null, size -> pending);
    }

    /** The next message, which is of this operation. */
    JsonNode receive(String op) throws Exception {
      while (said.isEmpty() && closed.isEmpty()) {
        read();
      }
      JsonNode message = said.poll();
      if (message == null || !message.path("op").asString().equals(op)) {
        throw new AssertionError("expected " + op + ", got " + message + ", closed " + closed);
      }
      return message;
    }

    /** The close code that the client ends this connection with. */
    int closeCode() throws Exception {
      while (closed.isEmpty()) {
        read();
      }
      Integer code = closed.poll(1, TimeUnit.SECONDS);
      return code == null ? 0 : code;
    }

    private void read() throws IOException {
      byte[] bytes = new byte[4096];
      int count = socket.getInputStream().read(bytes);
      if (count < 0) {
        engine.eof(this::take);
      } else {
        engine.receive(ByteBuffer.wrap(bytes, 0, count), this::take);
        flush();
      }
    }

    private void take(Incoming incoming) {
      switch (incoming) {
        case Incoming.Text(var text) -> said.add(MAPPER.readTree(text.toString()));
        case Incoming.Closed(var code, var reason) -> closed.add(code.value());
        case Incoming.Binary binary -> throw new AssertionError("a binary frame");
        case Incoming.Part part -> {}
        case Incoming.Ping ping -> {}
        case Incoming.Pong pong -> {}
      }
    }

    private void flush() throws IOException {
      socket.getOutputStream().write(pending.array(), 0, pending.position());
      pending.clear();
    }

    /** Sends a message; single quotes stand for double ones. */
    void say(String json) {
      try {
        engine.text(json.replace('\'', '"'));
        flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Sends bytes, whatever they are. */
    void raw(int... bytes) throws IOException {
      for (int one : bytes) {
        socket.getOutputStream().write(one);
      }
    }

    /** Answers connect. */
    JsonNode welcome() throws Exception {
      return welcome("'session':'s1','resume':'r1','resumed':false");
    }

    JsonNode welcome(String fields) throws Exception {
      JsonNode connect = receive("connect");
      say(
          "{'op':'welcome','id':"
              + connect.path("id")
              + ",'server_time':1,'heartbeat':0,"
              + "'limits':{'max_message_bytes':65536,'max_rooms':100},"
              + fields
              + "}");
      return connect;
    }

    /** Answers join. */
    JsonNode joined(long head) throws Exception {
      JsonNode join = receive("join");
      say(
          "{'op':'joined','id':"
              + join.path("id")
              + ",'room':'r','epoch':'e1','head':"
              + head
              + "}");
      return join;
    }

    void message(long offset, String data) {
      say(
          "{'op':'message','room':'r','offset':"
              + offset
              + ",'type':'text','data':'"
              + data
              + "','time':5}");
    }

    void close(int code) throws IOException {
      engine.close(CloseCode.of(code), "");
      flush();
    }

    /** Breaks the connection without a word. */
    void cut() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }
}
