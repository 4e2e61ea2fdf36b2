import dev.carillon.core.Member;
import dev.carillon.core.Reply;
import dev.carillon.server.Carillon;
import dev.carillon.server.IncomingCall;
import dev.carillon.server.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A move: its constructor says what is wrong with it, and the player is told. */
record Take(int sticks) {
  Take {
    if (sticks < 1 || sticks > 3) {
      throw new IllegalArgumentException("take 1 to 3 sticks, not " + sticks);
    }
  }
}

/** What everybody sees; players are sessions. */
record Table(int left, List<String> players, String turn, String winner) {}

/** Two take one to three from ten sticks in turn; who takes the last one wins. */
final class Game {
  private final List<String> players = new ArrayList<>();
  private int left = 10;
  private int turn;
  private String winner;

  synchronized boolean seat(String player) {
    return players.size() < 2 && players.add(player);
  }

  synchronized boolean take(String player, int sticks) {
    if (players.size() < 2 || winner != null || !players.get(turn).equals(player)) {
      return false;
    }
    left = Math.max(0, left - sticks);
    winner = left == 0 ? player : null;
    turn = 1 - turn;
    return true;
  }

  synchronized void giveUp(String player) {
    if (winner == null && players.size() == 2) {
      winner = players.get(1 - players.indexOf(player));
    }
  }

  synchronized Table table() {
    return new Table(
        left, List.copyOf(players), players.get(Math.min(turn, players.size() - 1)), winner);
  }
}

final Map<String, Game> games = new ConcurrentHashMap<>();
Server server;

/** The server is the referee: a move is a call, and only the server publishes. */
Reply take(Member player, IncomingCall call) {
  Game game = games.get(call.variable("id"));
  if (game == null || !game.take(player.session(), call.data(Take.class).sticks())) {
    return call.refuse("not_your_turn", "it is not your turn");
  }
  show(call.room().toString(), game);
  return call.answerJson(game.table());
}

void show(String room, Game game) {
  server.room(room).publishJson(game.table());
}

void main() {
  server =
      Carillon.server()
          // Players meet in the lobby, say there that they are ready, and call each other.
          .room(
              "lobby", room -> room.onMessage((member, message) -> message.refuse("no chat here")))
          .room(
              "sticks/{id}",
              room ->
                  room.onOpen(at -> games.put(at.variable("id"), new Game()))
                      .onJoin(
                          (member, join) ->
                              games.get(join.room().variable("id")).seat(member.session())
                                  ? join.accept()
                                  : join.refuse("two are playing already"))
                      .onMessage((member, message) -> message.refuse("call 'take' to play"))
                      .onCall("take", this::take)
                      .onLeave(
                          (member, at) -> {
                            Game game = games.get(at.variable("id"));
                            game.giveUp(member.session());
                            show(at.toString(), game);
                          })
                      .onEmpty(at -> games.remove(at.variable("id"))))
          .listen(8080);
  server.awaitShutdown();
}
