import dev.carillon.server.Carillon;

void main() {
  Carillon.server()
      .room("chat/{id}", room -> room.onMessage((member, message) -> message.accept()))
      .listen(8080)
      .awaitShutdown();
}
