import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Says hello in a room and prints what comes first, with nothing but the JDK's own client. */
void main(String[] arguments) {
  var room =
      URI.create(arguments.length > 0 ? arguments[0] : "ws://localhost:8080/rooms/chat/lobby");
  var first = new CompletableFuture<String>();
  var listener =
      new WebSocket.Listener() {
        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
          first.complete(text.toString());
          return WebSocket.Listener.super.onText(socket, text, last);
        }
      };
  try (var client = HttpClient.newHttpClient()) {
    var socket = client.newWebSocketBuilder().buildAsync(room, listener).join();
    socket.sendText("hello", true).join();
    IO.println(first.join());
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
  }
}
