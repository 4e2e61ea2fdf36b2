package dev.carillon.client.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.client.CarillonException.ConnectFailed;
import dev.carillon.wire.ByteSink;
import dev.carillon.wire.ClientMessage;
import dev.carillon.wire.ClientName;
import dev.carillon.wire.JsonCodec;
import dev.carillon.wire.Order;
import dev.carillon.wire.Payload;
import dev.carillon.wire.Position;
import dev.carillon.wire.Secret;
import dev.carillon.wire.Start;
import dev.carillon.wire.Target;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Plays one scenario: what happens goes in, and what comes out is compared step by step. */
final class Player {
  private final Scenario scenario;
  private final JsonCodec codec = new JsonCodec();
  private final Variables variables = new Variables();
  private final Map<Long, String> calls = new LinkedHashMap<>();
  private @Nullable Machine machine;
  private @Nullable Secret token;
  private long tickets;

  Player(Scenario scenario) {
    this.scenario = scenario;
  }

  void play() {
    long at = 0;
    int number = 0;
    for (JsonNode step : scenario.steps()) {
      number++;
      at = step.has("at") ? step.path("at").asLong() : at;
      List<JsonNode> network = new ArrayList<>();
      List<JsonNode> application = new ArrayList<>();
      passTime(at, step.path("suspended").asBoolean(false));
      happen(step, at);
      if (machine != null) {
        Spoken spoken = new Spoken(codec, calls);
        machine.take().forEach(output -> spoken.sort(output, network, application));
      }
      String where = "step " + number + " at " + at + ": " + step;
      compare(where + ", network", expected(step, true), network, true);
      compare(where + ", application", expected(step, false), application, false);
    }
  }

  private static List<JsonNode> expected(JsonNode step, boolean network) {
    List<JsonNode> picked = new ArrayList<>();
    for (JsonNode item : step.path("expect")) {
      if (network == (item.has("open") || item.has("send") || item.has("drop"))) {
        picked.add(item);
      }
    }
    return picked;
  }

  private void compare(
      String where, List<JsonNode> expected, List<JsonNode> happened, boolean exact) {
    assertThat(happened).as(where + ", expected " + expected).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      variables.match(where, expected.get(i), happened.get(i), exact);
    }
  }

  private void passTime(long at, boolean suspended) {
    if (machine == null) {
      return;
    }
    if (suspended) {
      machine.tick(at);
    }
    while (machine.deadline() <= at) {
      machine.tick(suspended ? at : machine.deadline());
    }
  }

  private void happen(JsonNode step, long at) {
    if (step.has("app")) {
      app(step.path("app"), at);
    } else if (machine == null) {
      throw new AssertionError("nothing happens before the application connects");
    } else if (step.has("server")) {
      JsonNode said = step.path("server");
      List<JsonNode> messages = new ArrayList<>();
      if (said.isArray()) {
        said.forEach(messages::add);
      } else {
        messages.add(said);
      }
      for (JsonNode message : messages) {
        byte[] bytes = variables.filled(message).toString().getBytes(StandardCharsets.UTF_8);
        machine.received(at, codec.decodeServer(ByteBuffer.wrap(bytes)));
      }
    } else if (step.has("raw")) {
      machine.unreadable(at, step.path("raw").asString());
    } else if (step.has("net")) {
      net(machine, step.path("net"), at);
    }
  }

  private void net(Machine on, JsonNode net, long at) {
    if (net.isObject()) {
      JsonNode closed = net.path("closed");
      on.closed(at, closed.path("code").asInt(), closed.path("reason").asString(""));
      return;
    }
    switch (net.asString()) {
      case "opened" -> on.opened(at, token);
      case "failed" ->
          on.failed(at, new ConnectFailed("connection_failed", "no", true, null, null), null);
      case "offline" -> on.wake(at, false);
      default -> on.wake(at, true);
    }
  }

  private static final class Constant implements RandomGenerator {
    private final double value;

    Constant(double value) {
      this.value = value;
    }

    @Override
    public double nextDouble() {
      return value;
    }

    @Override
    public long nextLong() {
      throw new AssertionError("only delays are drawn");
    }
  }

  private void app(JsonNode call, long at) {
    long ticket = ++tickets;
    if (call.has("as")) {
      calls.put(ticket, call.path("as").asString());
    }
    if (call.path("do").asString().equals("connect")) {
      token = call.has("token") ? new Secret(call.path("token").asString()) : null;
      boolean renewable = call.path("renewable").asBoolean(false);
      MachineOptions options =
          new MachineOptions(
              new ClientName("test", null), "p1", 1, renewable, 1000, 1 << 20, this::size);
      machine = new Machine(options, new Constant(scenario.random()));
      machine.connect(at, ticket);
    } else if (machine != null) {
      command(machine, call, at, ticket);
    }
  }

  private int size(ClientMessage message) {
    ByteSink sink = new ByteSink(100);
    codec.encode(message, sink);
    return sink.size();
  }

  private static void command(Machine on, JsonNode call, long at, long ticket) {
    String room = call.path("room").asString("");
    switch (call.path("do").asString()) {
      case "close" -> on.close(at);
      case "leave" -> on.leave(at, ticket, room);
      case "join" ->
          on.join(
              at,
              ticket,
              new ClientMessage.Join(
                  0,
                  room,
                  start(call),
                  call.path("presence").asBoolean(false),
                  text(call, "filter"),
                  text(call, "name"),
                  call.path("ack").asBoolean(false)));
      case "publish" ->
          on.publish(
              at,
              ticket,
              new ClientMessage.Publish(
                  0, new Target.Room(room), text(call, "event"), payload(call), null));
      case "history" ->
          on.request(
              at,
              ticket,
              id -> new ClientMessage.History(id, room, start(call), null, Order.OLDEST, false));
      case "members" -> on.request(at, ticket, id -> new ClientMessage.Members(id, room));
      case "state" -> on.state(at, ticket, room, payload(call));
      case "call" ->
          on.call(
              at,
              ticket,
              new ClientMessage.Call(
                  1,
                  text(call, "room"),
                  text(call, "member"),
                  call.path("event").asString(),
                  payload(call),
                  call.has("timeout") ? call.path("timeout").asLong() : null));
      default -> throw new AssertionError("no such call: " + call);
    }
  }

  private static @Nullable String text(JsonNode call, String field) {
    return call.has(field) ? call.path(field).asString() : null;
  }

  private static @Nullable Start start(JsonNode call) {
    if (call.has("from")) {
      JsonNode from = call.path("from");
      return new Start.From(
          new Position(from.path("epoch").asString(), from.path("offset").asLong()));
    }
    if (call.has("last")) {
      return new Start.Last(call.path("last").asLong());
    }
    return call.has("since") ? new Start.Since(call.path("since").asLong()) : null;
  }

  private static Payload payload(JsonNode call) {
    JsonNode data = call.path("data");
    return call.path("type").asString().equals("json")
        ? Payload.json(data.toString())
        : Payload.text(data.asString());
  }

  /** What the client sent, as the scenarios write it. */
  static ObjectNode withoutItsName(ObjectNode message) {
    message.remove("client");
    message.remove("heartbeat");
    return message;
  }
}
