import dev.carillon.server.Carillon;

void main() {
  Carillon.server()
      .room(
          "chat/{id}",
          room ->
              room.onMessage(
                  (member, message) ->
                      message.text().equals(message.text().toUpperCase())
                          ? message.refuse("please do not shout")
                          : message.accept()))
      .listen(8080)
      .awaitShutdown();
}
