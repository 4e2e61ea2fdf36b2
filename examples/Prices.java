import dev.carillon.server.Carillon;
import dev.carillon.server.Server;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

record Price(String symbol, double price) {}

/**
 * A feed of prices. Each has its symbol as its key: whoever joins is given the newest of each
 * symbol first, and whoever reads slowly skips what is out of date, and is told so.
 */
void main() throws InterruptedException {
  Server server =
      Carillon.server()
          .room(
              "prices/{market}",
              room ->
                  room.latestOfEachKey()
                      .presence(false)
                      .onMessage((member, message) -> message.refuse("prices are the server's")))
          .listen(8080);
  var feed = server.room("prices/metals");
  Map<String, Double> prices = new TreeMap<>(Map.of("copper", 9.1, "gold", 2400.0, "silver", 31.0));
  // Rhodium is not traded today: only those who are given the newest of each key see it.
  feed.publishJson("rhodium", new Price("rhodium", 4700.0)).join();
  while (!server.isDraining()) {
    prices.replaceAll(
        (symbol, price) -> price * ThreadLocalRandom.current().nextDouble(0.99, 1.01));
    prices.forEach((symbol, price) -> feed.publishJson(symbol, new Price(symbol, price)));
    Thread.sleep(200);
  }
}
