package dev.carillon.server;

import dev.carillon.core.spi.Authenticator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A server before it listens. Confined to the thread that sets it up.
 *
 * <p>Nothing is opened and no thread started before {@link #listen()}.
 */
public final class ServerSetup {
  private Configuration configuration;
  private final List<HandlerGate.Rule> handlers = new ArrayList<>();
  private final Map<String, CallHandler> calls = new LinkedHashMap<>();
  private @Nullable Authenticator authenticator;

  ServerSetup(Configuration configuration) {
    this.configuration = configuration;
  }

  /**
   * Says what holds for the rooms of a pattern. Patterns are tried in the order in which they were
   * given; those of the configuration come first.
   *
   * @param pattern such as {@code chat/{id}}: a variable is one segment, {@code {name...}} at the
   *     end one or more
   * @throws IllegalArgumentException when the pattern cannot be read
   */
  public ServerSetup room(String pattern, Consumer<RoomSetup> setup) {
    RoomPattern read = RoomPattern.of(pattern);
    var rooms = new LinkedHashMap<>(configuration.rooms());
    var room = new RoomSetup(rooms.getOrDefault(pattern, RoomSettings.DEFAULT));
    setup.accept(room);
    rooms.put(pattern, room.settings());
    configuration = configuration.withRooms(rooms);
    Handlers said = room.handlers();
    if (said.any()) {
      handlers.add(new HandlerGate.Rule(read, said));
    }
    return this;
  }

  /**
   * Says what holds for rooms whose messages all carry one type, as JSON; as {@link #room(String,
   * Consumer)}. What clients publish there and is not of that type is refused.
   *
   * @param type usually a record; its constructor says what is wrong with its values by {@link
   *     IllegalArgumentException}
   */
  public <T> ServerSetup room(String pattern, Class<T> type, Consumer<TypedRoomSetup<T>> setup) {
    return room(pattern, room -> setup.accept(new TypedRoomSetup<>(room, type)));
  }

  /**
   * Answers the calls of one name that no room's handlers answer.
   *
   * @param event the calls' name
   */
  public ServerSetup onCall(String event, CallHandler handler) {
    calls.put(event, handler);
    return this;
  }

  /** Decides who clients are with a function that may block. */
  public ServerSetup authenticate(UserCheck check) {
    authenticator = Authenticators.of(check);
    return this;
  }

  /** Decides who clients are, and what they may do. */
  public ServerSetup authenticator(Authenticator own) {
    authenticator = own;
    return this;
  }

  /** Changes any other setting: {@code with(c -> c.withListen(c.listen().withHost("::1")))}. */
  public ServerSetup with(java.util.function.UnaryOperator<Configuration> change) {
    configuration = change.apply(configuration);
    return this;
  }

  /**
   * Starts the server on a port.
   *
   * @param port 0 for any that is free
   * @throws StartException when it cannot be started: why, and what to do
   */
  public Server listen(int port) {
    configuration = configuration.withListen(configuration.listen().withPort(port));
    return listen();
  }

  /**
   * Starts the server where its configuration says.
   *
   * @throws StartException when it cannot be started: why, and what to do
   */
  public Server listen() {
    Authenticator own = authenticator;
    if (own == null) {
      refuseOpenDoor();
      own = Authenticators.of(configuration.auth());
    }
    return Server.start(configuration, own, HandlerGate.of(handlers, calls));
  }

  private void refuseOpenDoor() {
    Auth auth = configuration.auth();
    Listen listen = configuration.listen();
    if (auth.mode().open() && !auth.insecure() && !Loopback.only(listen)) {
      throw new StartException(
          "listening on %s would let in everybody who can reach it, as auth.mode is %s. Listen on"
                  .formatted(listen.host(), auth.mode().name().toLowerCase(java.util.Locale.ROOT))
              + " 127.0.0.1, or say that it is meant: --insecure, or auth.insecure: true");
    }
  }
}
