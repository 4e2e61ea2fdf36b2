import dev.carillon.client.CarillonClient;

/** Says hello in a room, and prints what everybody there reads. */
void main() {
  try (var client = CarillonClient.connect("ws://localhost:8080")) {
    var room = client.join("chat/lobby");
    room.publish("hello");
    IO.println(room.next().data());
  }
}
