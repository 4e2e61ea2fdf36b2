package dev.carillon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.connection.ConnectionSettings;
import dev.carillon.connection.Handler;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The JDK's own client talks to the listener, on epoll, sending either way, and on selectors. */
@Timeout(60)
class EchoTests {
  @AfterEach
  void leaveSendingAsItWas() {
    DirectSend.use(false);
  }

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, false"})
  void whatTheJdksClientSendsComesBack(boolean nativeSockets, boolean direct) throws Exception {
    DirectSend.use(direct);
    try (EchoServer server =
            new EchoServer(
                EchoServer.loops(2, nativeSockets),
                ListenerOptions.DEFAULT,
                ConnectionSettings.DEFAULT,
                Handler.ECHO);
        HttpClient http = HttpClient.newHttpClient()) {
      BlockingQueue<String> came = new LinkedBlockingQueue<>();
      WebSocket socket =
          http.newWebSocketBuilder().buildAsync(server.uri(), new Texts(came)).join();
      for (int size : new int[] {0, 1, 125, 126, 4095, 65_535, 65_536, 300_000}) {
        String text = "x".repeat(size);
        socket.sendText(text, true).join();
        assertThat(came.poll(10, TimeUnit.SECONDS)).isEqualTo(text);
      }
      socket.sendClose(1000, "done").join();
      assertThat(came.poll(10, TimeUnit.SECONDS)).isEqualTo("closed 1000");
    }
  }

  /** Puts whole texts and the close code into a queue. */
  private static final class Texts implements WebSocket.Listener {
    private final BlockingQueue<String> came;
    private final StringBuilder part = new StringBuilder();

    Texts(BlockingQueue<String> came) {
      this.came = came;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      part.append(data);
      if (last) {
        came.add(part.toString());
        part.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      came.add("closed " + code);
      return null;
    }
  }
}
