import dev.carillon.core.Member;
import dev.carillon.core.Reply;
import dev.carillon.server.Carillon;
import dev.carillon.server.IncomingCall;
import dev.carillon.server.Server;
import dev.carillon.server.TypedRoom;
import java.util.UUID;

/** What a client asks for. */
record Order(String file, int pages) {
  Order {
    if (file == null || file.isBlank() || pages < 1 || pages > 1000) {
      throw new IllegalArgumentException("an order has a file, and 1 to 1000 pages");
    }
  }
}

record Started(String room) {}

record Progress(int done, int of) {}

Server server;

/** Answers at once with the room in which the job tells how far it is, and begins with it. */
Reply start(Member member, IncomingCall call) {
  Order order = call.data(Order.class);
  TypedRoom<Progress> room = server.room("jobs/" + UUID.randomUUID(), Progress.class);
  Thread.ofVirtual().start(() -> print(order, room));
  return call.answerJson(new Started(room.room().name()));
}

/** Any thread may publish. Whoever joins late, or comes back, reads the room from its beginning. */
void print(Order order, TypedRoom<Progress> room) {
  for (int page = 1; page <= order.pages(); page++) {
    room.publish(new Progress(page, order.pages())).join();
  }
}

void main() {
  server =
      Carillon.server()
          .room(
              "jobs/{id}",
              room -> room.onMessage((member, message) -> message.refuse("only jobs speak here")))
          .onCall("start", this::start)
          .listen(8080);
  server.awaitShutdown();
}
