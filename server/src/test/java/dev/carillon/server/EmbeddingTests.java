package dev.carillon.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.spi.Secret;
import java.net.http.HttpClient;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an application that embeds a server writes, as it writes it. */
@Timeout(60)
class EmbeddingTests {
  @Test
  @SuppressWarnings("try") // closed early, to see that whoever waits goes on
  void theFirstMinuteOfAUser() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient();
        Server server =
            Carillon.server()
                .room("chat/{id}", room -> room.onMessage((member, message) -> message.accept()))
                .listen(0)) {
      Sockets socket = Sockets.connect(http, server.port(), "/rooms/chat/lobby");
      socket.send("hello");

      assertThat(socket.next()).isEqualTo("hello");
      Thread waiting = Thread.ofVirtual().start(server::awaitClosed);
      server.close();
      waiting.join();
    }
  }

  @Test
  void aHandlerChangesAndRefusesWhatClientsPublish() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient();
        Server server =
            Carillon.server()
                .room(
                    "chat/{id}",
                    room ->
                        room.onMessage(
                            (member, message) ->
                                message.text().startsWith("/")
                                    ? message.refuse("no commands here")
                                    : message.accept(
                                        dev.carillon.core.Payload.text(
                                            message.text().toUpperCase(java.util.Locale.ROOT)))))
                .listen(0)) {
      Sockets socket = Sockets.connect(http, server.port(), "/rooms/chat/lobby");
      socket.send("one");
      assertThat(socket.next()).isEqualTo("ONE");
      Sockets free = Sockets.connect(http, server.port(), "/rooms/other");
      free.send("two");
      assertThat(free.next()).isEqualTo("two");
    }
  }

  @Test
  void anAuthenticatorIsALambda() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    try (HttpClient http = HttpClient.newHttpClient();
        Server server =
            Carillon.server()
                .authenticate(
                    credentials -> {
                      Secret token = credentials.token();
                      return token != null && token.reveal().equals("good") ? "alice" : null;
                    })
                .room(
                    "{any...}",
                    room ->
                        room.onMessage(
                            (member, message) -> {
                              seen.add(member.user().id());
                              return message.accept();
                            }))
                .listen(0)) {
      Sockets alice = Sockets.connect(http, server.port(), "/rooms/a?token=good");
      alice.send("x");
      assertThat(alice.next()).isEqualTo("x");
      assertThat(seen).containsExactly("alice");

      assertThat(Sockets.connect(http, server.port(), "/rooms/a?token=bad").next())
          .isEqualTo("closed 4401");
    }
  }

  @Test
  void theTrustingAuthenticatorBelievesTheName() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    try (HttpClient http = HttpClient.newHttpClient();
        Server server =
            Carillon.server()
                .with(all -> all.withAuth(all.auth().withMode(AuthMode.TRUSTING)))
                .room(
                    "a",
                    room ->
                        room.onMessage(
                            (member, message) -> {
                              seen.add(member.user().id());
                              return message.accept();
                            }))
                .listen(0)) {
      Sockets socket = Sockets.connect(http, server.port(), "/rooms/a?user=alice");
      socket.send("x");
      assertThat(socket.next()).isEqualTo("x");

      assertThat(seen).containsExactly("alice");
    }
  }
}
