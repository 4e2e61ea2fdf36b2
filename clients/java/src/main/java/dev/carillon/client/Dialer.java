package dev.carillon.client;

import dev.carillon.client.CarillonException.ConnectFailed;
import dev.carillon.websocket.ClientHandshake;
import dev.carillon.websocket.ClientTerms;
import dev.carillon.websocket.DeflateAgreement;
import dev.carillon.websocket.DeflateTerms;
import dev.carillon.websocket.HttpFields;
import dev.carillon.websocket.HttpHead;
import dev.carillon.websocket.HttpHead.Progress;
import dev.carillon.websocket.HttpLimits;
import dev.carillon.websocket.ResponseHead;
import dev.carillon.websocket.Rule;
import dev.carillon.wire.CborCodec;
import dev.carillon.wire.JsonCodec;
import dev.carillon.wire.MsgpackCodec;
import dev.carillon.wire.WireCodec;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** One attempt to connect: name, socket, TLS, handshake. Blocks; {@link #cancel()} ends it. */
final class Dialer {
  /**
   * What was reached.
   *
   * @param rest bytes that came behind the handshake
   */
  record Reached(
      Socket socket, WireCodec codec, @Nullable DeflateAgreement deflate, ByteBuffer rest) {}

  private static final int TIMEOUT_MILLIS = 10_000;

  private final Address address;
  private final ClientOptions options;
  private volatile boolean cancelled;
  private volatile @Nullable Socket open;

  Dialer(Address address, ClientOptions options) {
    this.address = address;
    this.options = options;
  }

  /** Ends a running attempt. Safe for any thread. */
  void cancel() {
    cancelled = true;
    closeQuietly(open);
  }

  /** Connects. */
  Reached dial() throws ConnectFailed {
    try {
      Socket socket = connect();
      try {
        return shakeHands(secured(socket));
      } catch (IOException | RuntimeException e) {
        closeQuietly(open);
        throw e;
      }
    } catch (IOException e) {
      String words = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      String text = "no connection to " + address + ": " + words;
      throw new ConnectFailed("connection_failed", text, true, null, e);
    }
  }

  private Socket connect() throws IOException {
    IOException last = new IOException("the name has no address");
    for (InetAddress candidate : InetAddress.getAllByName(address.host())) {
      Socket socket = new Socket();
      remember(socket);
      try {
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
        socket.connect(new InetSocketAddress(candidate, address.port()), TIMEOUT_MILLIS);
        return socket;
      } catch (IOException e) {
        closeQuietly(socket);
        last = e;
      }
    }
    throw last;
  }

  private void remember(Socket socket) throws IOException {
    open = socket;
    if (cancelled) {
      socket.close();
      throw new IOException("given up");
    }
  }

  private Socket secured(Socket plain) throws IOException {
    plain.setSoTimeout(TIMEOUT_MILLIS);
    if (!address.secure()) {
      return plain;
    }
    SSLContext context = options.tls();
    SSLSocketFactory factory =
        context == null
            ? (SSLSocketFactory) SSLSocketFactory.getDefault()
            : context.getSocketFactory();
    SSLSocket socket =
        (SSLSocket) factory.createSocket(plain, address.host(), address.port(), true);
    remember(socket);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private Reached shakeHands(Socket socket) throws IOException {
    List<String> offered =
        switch (options.encoding()) {
          case JSON -> List.of(JsonCodec.SUBPROTOCOL);
          case MSGPACK -> List.of(MsgpackCodec.SUBPROTOCOL, JsonCodec.SUBPROTOCOL);
          case CBOR -> List.of(CborCodec.SUBPROTOCOL, JsonCodec.SUBPROTOCOL);
        };
    ClientTerms terms = new ClientTerms(offered, DeflateTerms.DEFAULT, null, HttpFields.NONE);
    ClientHandshake handshake = ClientHandshake.request(address.uri(), terms, new SecureRandom());
    socket.getOutputStream().write(handshake.head().toByteArray());
    ByteBuffer bytes = ByteBuffer.allocate(8192).limit(0);
    ResponseHead response = readHead(socket.getInputStream(), bytes);
    switch (handshake.check(response)) {
      case ClientHandshake.Outcome.Refused(var rule, var head, var words) ->
          throw refused(rule, head, words);
      case ClientHandshake.Outcome.Agreed(var subprotocol, var deflate) -> {
        if (subprotocol == null) {
          String text = address + " is a WebSocket, but does not speak " + offered.getFirst();
          throw new ConnectFailed("unsupported", text, false, null, null);
        }
        socket.setSoTimeout(0);
        return new Reached(socket, codec(subprotocol), deflate, bytes);
      }
    }
  }

  private ResponseHead readHead(InputStream in, ByteBuffer bytes) throws IOException {
    HttpHead head = HttpHead.response(HttpLimits.DEFAULT);
    while (true) {
      switch (head.receive(bytes)) {
        case Progress.Incomplete incomplete -> {
          int count = in.read(bytes.array());
          if (count < 0) {
            throw new IOException("the server hung up before it answered");
          }
          bytes.position(0).limit(count);
        }
        case Progress.Response(var response) -> {
          return response;
        }
        case Progress.Request request -> throw handshakeFailed("it sent a request");
        case Progress.Malformed(var rule, var words) -> throw handshakeFailed(words);
      }
    }
  }

  private ConnectFailed handshakeFailed(String words) {
    String text = "no Carillon server answers at " + address + ": " + words;
    return new ConnectFailed("handshake_failed", text, true, null, null);
  }

  private ConnectFailed refused(Rule rule, ResponseHead head, String words) {
    if (rule != Rule.STATUS_NOT_101) {
      return handshakeFailed(words);
    }
    int status = head.status();
    String code =
        switch (status) {
          case 401 -> "unauthenticated";
          case 403 -> "forbidden";
          case 404 -> "not_found";
          default -> "refused";
        };
    boolean retryable = status == 408 || status == 425 || status == 429 || status >= 500;
    String text = address + " answered with HTTP status " + status;
    return new ConnectFailed(code, text, retryable, retryAfter(head), null);
  }

  private static @Nullable Duration retryAfter(ResponseHead head) {
    String seconds = head.fields().first("Retry-After");
    return seconds == null || !seconds.matches("[0-9]{1,9}")
        ? null
        : Duration.ofSeconds(Long.parseLong(seconds));
  }

  private static WireCodec codec(String subprotocol) {
    return switch (subprotocol) {
      case MsgpackCodec.SUBPROTOCOL -> new MsgpackCodec();
      case CborCodec.SUBPROTOCOL -> new CborCodec();
      default -> new JsonCodec();
    };
  }

  static void closeQuietly(@Nullable Socket socket) {
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is of no use any more, whatever it says.
      }
    }
  }
}
