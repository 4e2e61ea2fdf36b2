package dev.carillon.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.core.Payload;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An application inside of a server, and clients that speak Carillon's own protocol to it. */
@Timeout(60)
class ApplicationTests {
  /** What the typed rooms here carry. */
  record Order(String item, int quantity) {
    Order {
      if (quantity < 1) {
        throw new IllegalArgumentException("quantity is " + quantity + ", must be at least 1");
      }
    }
  }

  private static final Duration SOON = Duration.ofSeconds(10);

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Server> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(Server::close);
    http.close();
  }

  private Server start(ServerSetup setup) {
    Server server =
        setup
            .with(all -> all.withAuth(all.auth().withMode(AuthMode.TRUSTING)))
            .with(all -> all.withDrain(all.drain().withTime(Duration.ofSeconds(1))))
            .listen(0);
    opened.add(server);
    return server;
  }

  /** A client that has been welcomed, with its session's name. */
  private record Client(Sockets socket, String session) {
    Client says(String json) {
      socket.send(json.replace('\'', '"'));
      return this;
    }

    String hears() throws InterruptedException {
      return socket.next();
    }
  }

  private Client connect(Server server, String user) throws InterruptedException {
    Sockets socket = Sockets.connect(http, server.port(), "/ws?user=" + user, "carillon.v1.json");
    socket.send("{\"op\":\"connect\",\"id\":1}");
    return new Client(socket, field(socket.next(), "session"));
  }

  private static String field(String json, String name) {
    Matcher found = Pattern.compile("\"" + name + "\":\"?([^\",}]+)").matcher(json);
    assertThat(found.find()).as(json).isTrue();
    return found.group(1);
  }

  private static void fails(CompletableFuture<?> answer, String code) {
    assertThatThrownBy(answer::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            CallException.class, failed -> assertThat(failed.code()).isEqualTo(code));
  }

  @Test
  void aTypedRoomTakesItsTypeAndSaysWhatIsWrongWithAnythingElse() throws Exception {
    Server server =
        start(
            Carillon.server()
                .room(
                    "orders/{id}",
                    Order.class,
                    room ->
                        room.onMessage(
                            (member, order) ->
                                switch (order.data().item()) {
                                  case "bomb" -> order.refuse("no bombs");
                                  case "pen" -> order.accept(new Order("pencil", 1));
                                  default -> order.accept();
                                })));
    Client ann = connect(server, "ann");
    String publish = "{'op':'publish','id':2,'room':'orders/7','type':'%s','data':%s}";
    ann.says(publish.formatted("json", "{'item':'cup','quantity':0}"));
    assertThat(ann.hears())
        .contains("rejected", "bad_message", "is no Order", "quantity is 0, must be at least 1");
    ann.says(publish.formatted("json", "{'item':'cup','quantity':'many'}"));
    assertThat(ann.hears()).contains("bad_message", "is no Order at quantity");
    ann.says(publish.formatted("json", "{'item':'cup'}"));
    assertThat(ann.hears()).contains("bad_message", "quantity is 0, must be at least 1");
    ann.says(publish.formatted("json", "null"));
    assertThat(ann.hears()).contains("bad_message", "is no Order: it is null");
    ann.says(publish.formatted("text", "'cup'"));
    assertThat(ann.hears()).contains("bad_message", "data must be json, this is text");
    ann.says(publish.formatted("json", "{'item':'bomb','quantity':1}"));
    assertThat(ann.hears()).contains("'refused'".replace('\'', '"'), "no bombs");
    ann.says(publish.formatted("json", "{'item':'pen','quantity':3}"));
    assertThat(ann.hears()).contains("published");
    ann.says(publish.formatted("json", "{'item':'cup','quantity':2,'new':[]}"));
    assertThat(ann.hears()).contains("published");

    TypedRoom<Order> orders = server.room("orders/7", Order.class);
    orders.publish(new Order("hat", 5)).join();
    assertThat(orders.last(10).join())
        .containsExactly(new Order("pencil", 1), new Order("cup", 2), new Order("hat", 5));
    assertThat(server.room("orders/7").last(3).join().get(1).message().payload().asText())
        .as("what was accepted as it is")
        .isEqualTo("{\"item\":\"cup\",\"quantity\":2,\"new\":[]}");
  }

  @Test
  void theServerAsksAndEndsItsClients() throws Exception {
    Server server =
        start(
            Carillon.server()
                .onCall("whoami", (caller, call) -> call.answer(caller.user().toString())));
    Client ann = connect(server, "ann");
    ann.says("{'op':'call','id':2,'event':'whoami','type':'text','data':''}");
    assertThat(ann.hears()).contains("\"op\":\"reply\"", "\"ann\"");

    var answer =
        server.clients().callJson(ann.session(), "add", List.of(1, 2), Integer.class, SOON);
    String call = ann.hears();
    assertThat(call).contains("\"op\":\"call\"", "\"data\":[1,2]");
    ann.says("{'op':'reply','id':" + field(call, "id") + ",'type':'json','data':3}");
    assertThat(answer.join()).isEqualTo(3);

    Client other = connect(server, "ann");
    var first = server.clients().callUser("ann", "ready", Payload.text("?"), SOON);
    ann.says(
        "{'op':'reply','id':"
            + field(ann.hears(), "id")
            + ",'error':{'code':'busy','message':'no','retryable':true}}");
    other.says("{'op':'reply','id':" + field(other.hears(), "id") + ",'type':'text','data':'y'}");
    assertThat(first.join()).isEqualTo(Payload.text("y"));
    fails(server.clients().callUser("bob", "ready", Payload.EMPTY, SOON), "no_such_member");
    fails(
        server.clients().call(ann.session(), "ready", Payload.EMPTY, Duration.ofMillis(1)),
        "timeout");

    assertThat(server.clients().disconnect("nobody", "x").join()).isFalse();
    assertThat(server.clients().disconnect(other.session(), "bye").join()).isTrue();
    assertThat(other.hears()).isEqualTo("closed 4423");
    assertThat(server.clients().sessionsOf("ann").join()).containsExactly(ann.session());
    ann.hears(); // the call that it did not answer
    assertThat(server.clients().disconnectUser("ann", "bye").join()).isEqualTo(1);
    assertThat(ann.hears()).isEqualTo("closed 4423");
  }

  @Test
  void aRoomsMembersAreListedTakenOutAndHeardOf() throws Exception {
    var left = new CompletableFuture<String>();
    var empty = new CompletableFuture<String>();
    Server server =
        start(
            Carillon.server()
                .room(
                    "game/{id}",
                    room ->
                        room.onJoin(
                                (member, join) ->
                                    join.others() < 2 ? join.accept() : join.refuse("full"))
                            .onLeave((member, at) -> left.complete(member.user() + " " + at))
                            .onEmpty(at -> empty.complete(at.variable("id")))));
    Client ann = connect(server, "ann").says("{'op':'join','id':2,'room':'game/1'}");
    assertThat(ann.hears()).contains("joined");
    Client bob = connect(server, "bob").says("{'op':'join','id':2,'room':'game/1'}");
    assertThat(bob.hears()).contains("joined");
    Client eve = connect(server, "eve").says("{'op':'join','id':2,'room':'game/1'}");
    assertThat(eve.hears()).contains("\"op\":\"error\"", "\"refused\"", "full");

    ServerRoom room = server.room("game/1");
    assertThat(room.members().join())
        .extracting(member -> member.user().id())
        .containsExactlyInAnyOrder("ann", "bob");
    room.remove(bob.session()).join();
    assertThat(bob.hears()).contains("\"op\":\"left\"", "removed");
    assertThat(left.get()).isEqualTo("bob game/1");
    eve.says("{'op':'join','id':3,'room':'game/1'}");
    assertThat(eve.hears()).contains("joined");
    room.close().join();
    assertThat(ann.hears()).contains("\"op\":\"left\"", "closed");
    assertThat(eve.hears()).contains("\"op\":\"left\"", "closed");
    assertThat(empty.get()).isEqualTo("1");
    assertThat(room.members().join()).isEmpty();
  }

  @Test
  void theServerPublishesToUsersSessionsAndEverybody() throws Exception {
    Server server = start(Carillon.server());
    Client ann = connect(server, "ann");
    Client bob = connect(server, "bob");
    server.clients().user("ann").publish("to ann").join();
    server.clients().session(bob.session()).publish("to bob").join();
    server.clients().everybody().publish("to all").join();

    assertThat(heardOf(ann)).containsExactly("to ann", "to all");
    assertThat(heardOf(bob)).containsExactly("to bob", "to all");
  }

  /** What messages carry, until the one to all. */
  private static List<String> heardOf(Client client) throws InterruptedException {
    List<String> said = new ArrayList<>();
    while (!said.contains("to all")) {
      String heard = client.hears();
      assertThat(heard).startsWith("{");
      if (heard.contains("\"op\":\"message\"")) {
        said.add(field(heard, "data"));
      }
    }
    return said;
  }

  @Test
  void anyThreadMayPublish() throws Exception {
    Server server = start(Carillon.server());
    Client ann = connect(server, "ann").says("{'op':'join','id':2,'room':'jobs'}");
    assertThat(ann.hears()).contains("joined");
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      String name = "t" + t;
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int i = 0; i < 50; i++) {
                      server.publish("jobs", name + "-" + i).join();
                    }
                  }));
    }
    int[] expected = new int[8];
    for (int i = 1; i <= 400; i++) {
      String message = ann.hears();
      assertThat(field(message, "offset")).isEqualTo("" + i);
      String[] data = field(message, "data").split("-");
      int thread = Integer.parseInt(data[0].substring(1));
      assertThat(Integer.parseInt(data[1])).isEqualTo(expected[thread]++);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(server.room("jobs").last(400).join()).hasSize(400);
    assertThatThrownBy(() -> server.room("jobs").last(1001))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
