package dev.carillon.client.spi;

import dev.carillon.client.CarillonException;
import dev.carillon.client.CarillonException.PublishUnknown;
import dev.carillon.client.ClientEvent;
import dev.carillon.client.Message;
import dev.carillon.client.RoomEvent;
import dev.carillon.wire.ByteSink;
import dev.carillon.wire.JsonCodec;
import dev.carillon.wire.Member;
import dev.carillon.wire.Range;
import dev.carillon.wire.ServerMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A machine's outputs, as the scenarios say them. */
final class Spoken {
  private final JsonCodec codec;
  private final Map<Long, String> calls;

  Spoken(JsonCodec codec, Map<Long, String> calls) {
    this.codec = codec;
    this.calls = calls;
  }

  void sort(Output output, List<JsonNode> network, List<JsonNode> application) {
    switch (output) {
      case Output.Open open -> network.add(object().put("open", true));
      case Output.Send(var message) -> {
        ByteSink sink = new ByteSink(100);
        codec.encode(message, sink);
        String json = new String(sink.toByteArray(), StandardCharsets.UTF_8);
        ObjectNode sent = (ObjectNode) Scenario.read(json);
        network.add(object().set("send", Player.withoutItsName(sent)));
      }
      case Output.HangUp(var code, var reason) -> network.add(object().put("drop", code));
      case Output.Deliver(var to, var event) -> application.add(object().set("event", of(event)));
      case Output.Tell(var event) -> {
        ObjectNode told = of(event);
        if (told != null) {
          application.add(object().set("event", told));
        }
      }
      case Output.Answer(var ticket, var answer) -> {
        if (calls.containsKey(ticket)) {
          ObjectNode done = object().put("done", calls.get(ticket));
          application.add(done.set("with", answer == null ? object() : said(answer)));
        }
      }
      case Output.Fail(var ticket, var error) -> {
        if (calls.containsKey(ticket)) {
          ObjectNode failed = object().put("fail", calls.get(ticket));
          application.add(failed.set("with", of(error)));
        }
      }
      case Output.Asked asked -> {}
      case Output.NeedToken needed -> {}
    }
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** The server's own message; of a reply, what is in it. */
  private ObjectNode said(ServerMessage message) {
    ByteSink sink = new ByteSink(100);
    codec.encode(message, sink);
    return (ObjectNode) Scenario.read(new String(sink.toByteArray(), StandardCharsets.UTF_8));
  }

  private static ObjectNode of(CarillonException error) {
    return object()
        .put("code", error.code())
        .put("retryable", error.retryable())
        .put("outcome", error instanceof PublishUnknown ? "unknown" : "not_applied");
  }

  private static @Nullable ObjectNode of(ClientEvent event) {
    return switch (event) {
      case ClientEvent.Ended(var error) -> object().put("kind", "closed").put("code", error.code());
      case ClientEvent.Trouble(var error, var room) ->
          object().put("kind", "error").put("room", room).put("code", error.code());
      case ClientEvent.Connecting connecting -> null;
      case ClientEvent.Connected connected -> null;
      case ClientEvent.Waiting waiting -> null;
    };
  }

  private ObjectNode of(RoomEvent event) {
    ObjectNode told = object().put("room", event.room());
    switch (event) {
      case Message(var room, var epoch, var entry, var again) -> {
        told.setAll(said(new ServerMessage.Message(room, entry)));
        told.put("kind", "message").put("epoch", epoch).put("redelivered", again);
      }
      case RoomEvent.Gap(var room, var epoch, var ranges, var reason) ->
          told.put("kind", "gap")
              .put("epoch", epoch)
              .put("reason", reason)
              .set("ranges", of(ranges));
      case RoomEvent.Skipped(var room, var ranges) ->
          told.put("kind", "skipped").set("ranges", of(ranges));
      case RoomEvent.Reset reset -> {
        told.put("kind", "reset").put("epoch", reset.epoch()).put("head", reset.head());
        told.put("reason", reset.reason());
        if (reset.old() != null) {
          told.put("old_epoch", reset.old().epoch());
        }
      }
      case RoomEvent.Resumed(var room, var epoch, var from, var to) ->
          told.put("kind", "resumed").put("epoch", epoch).put("from", from).put("to", to);
      case RoomEvent.Rewind(var room, var to, var attempt) ->
          told.put("kind", "rewind").put("to", to).put("attempt", attempt);
      case RoomEvent.Fresh(var room) -> told.put("kind", "fresh");
      case RoomEvent.Stale(var room, var since) ->
          told.put("kind", "stale").put("since", since.toEpochMilli());
      case RoomEvent.PresenceChanged(var room, var what, var member, var count) -> {
        told.put("kind", "presence").put("event", what.code());
        if (member != null) {
          told.set("member", of(member));
        }
      }
      case RoomEvent.Missing(var room, var epoch, var ranges, var lost) ->
          told.put("kind", "error").put("code", "missing_offset").set("ranges", of(ranges));
      case RoomEvent.Trouble(var room, var error) ->
          told.put("kind", "error").put("code", error.code());
      case RoomEvent.Ended(var room, var error) ->
          told.put("kind", "left").put("code", error.code());
    }
    return told;
  }

  private static ObjectNode of(Member member) {
    return object().put("session", member.session()).put("user", member.user());
  }

  private static ArrayNode of(List<Range> ranges) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    ranges.forEach(
        range -> all.add(JsonNodeFactory.instance.arrayNode().add(range.from()).add(range.to())));
    return all;
  }
}
