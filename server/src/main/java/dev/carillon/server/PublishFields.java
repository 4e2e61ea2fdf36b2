package dev.carillon.server;

import dev.carillon.core.Audience;
import dev.carillon.core.Draft;
import dev.carillon.core.Payload;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.server.PublishRequest.Refused;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads the fields of one message to publish, named as in the protocol. Data of type json is not
 * converted: its bytes are cut out of the body as they are. Confined to one request.
 */
final class PublishFields {
  /** How deep JSON data may nest. */
  static final int MAX_DEPTH = 64;

  private static final int MAX_ROOMS = 1000;
  private static final int MAX_TAGS = 64;
  private static final int MAX_EVENT = 200;
  private static final int MAX_TEXT = 16 << 10;
  private static final long MAX_NUMBER = (1L << 53) - 1;

  private static final Set<String> TARGETS = Set.of("room", "rooms", "user", "session", "global");

  /** Reads the list of a batch. */
  @FunctionalInterface
  interface Messages {
    void read() throws Refused;
  }

  private final JsonParser json;
  private final byte[] body;
  private final Messages messages;
  private final Set<String> seen = new HashSet<>();
  private final List<RoomName> rooms = new ArrayList<>(1);
  private final Map<String, String> tags = new LinkedHashMap<>(0);
  private @Nullable String event;
  private @Nullable String key;
  private @Nullable Audience audience;
  private Draft.@Nullable Stamp once;
  private String type = "json";
  private byte @Nullable [] raw;
  private @Nullable String text;
  private int priority;
  private long ttl;
  private boolean echo = true;
  private boolean countReaders;
  private boolean several;
  private boolean batch;

  PublishFields(JsonParser json, byte[] body, Messages messages) {
    this.json = json;
    this.body = body;
    this.messages = messages;
  }

  /** Whether the object was a list of messages and not one. */
  boolean isBatch() {
    return batch;
  }

  /** Reads up to the end of the object whose beginning was read. */
  void read() throws Refused {
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      if (!seen.add(name)) {
        throw new Refused("'" + shown(name) + "' stands there twice");
      }
      if (json.nextToken() == JsonToken.VALUE_NULL && !name.equals("data")) {
        seen.remove(name); // null is absent
      } else {
        field(name);
      }
    }
    if (batch && seen.size() > 1) {
      throw new Refused("beside 'messages' there may be nothing else");
    }
  }

  private void field(String name) throws Refused {
    switch (name) {
      case "room" -> rooms.add(room(string(name)));
      case "rooms" -> rooms();
      case "user" -> rooms.add(RoomName.ofUser(named(name)));
      case "session" -> rooms.add(RoomName.ofSession(named(name)));
      case "global" -> global();
      case "event" -> event = limited(name, MAX_EVENT);
      case "type" -> type = string(name);
      case "data" -> data();
      case "tags" -> tags();
      case "message_id" -> once = once(string(name));
      case "key" -> key = string(name);
      case "filter" -> audience = audience(string(name));
      case "priority" -> priority = priority(string(name));
      case "ttl" -> ttl = number(name);
      case "echo" -> echo = truth(name);
      case "readers" -> countReaders = truth(name);
      case "messages" -> {
        if (json.currentToken() != JsonToken.START_ARRAY) {
          throw new Refused("'messages' must be a list");
        }
        batch = true;
        messages.read();
      }
      default -> json.skipChildren(); // fields of later versions
    }
  }

  /** The message, when all its fields have been read. */
  PublishOrder order() throws Refused {
    if (rooms.isEmpty()) {
      throw new Refused("there is no 'room' to publish to, nor another target");
    }
    if (TARGETS.stream().filter(seen::contains).count() > 1) {
      throw new Refused("'room', 'rooms', 'user', 'session' and 'global' exclude each other");
    }
    Draft draft = new Draft(event, payload(), tags, key, priority, ttl, echo, audience, once);
    return new PublishOrder(List.copyOf(rooms), several, countReaders, draft);
  }

  private Payload payload() throws Refused {
    byte[] value = raw;
    if (value == null) {
      throw new Refused("there is no 'data'");
    }
    return switch (type) {
      case "json" -> new Payload(Payload.Kind.JSON, value);
      case "text" -> {
        String words = dataText();
        byte[] utf8 = words.getBytes(StandardCharsets.UTF_8);
        if (!new String(utf8, StandardCharsets.UTF_8).equals(words)) {
          throw new Refused("'data' has half a surrogate pair, which no text can have");
        }
        yield new Payload(Payload.Kind.TEXT, utf8);
      }
      case "binary" -> {
        try {
          yield new Payload(Payload.Kind.BINARY, Base64.getDecoder().decode(dataText()));
        } catch (IllegalArgumentException none) {
          throw new Refused("'data' of type binary must be base64 (RFC 4648 section 4)");
        }
      }
      default -> throw new Refused("'type' must be json, text or binary");
    };
  }

  private String dataText() throws Refused {
    if (text == null) {
      throw new Refused("'data' of type " + type + " must be a string");
    }
    return text;
  }

  private void data() throws Refused {
    int from = (int) json.currentTokenLocation().getByteOffset();
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      text = json.getString();
    } else if (json.currentToken().isStructStart()) {
      skip();
    }
    raw = Arrays.copyOfRange(body, from, (int) json.currentLocation().getByteOffset());
  }

  private void skip() throws Refused {
    for (int depth = 1; depth > 0; ) {
      JsonToken token = json.nextToken();
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      if (depth > MAX_DEPTH) {
        throw new Refused("'data' nests deeper than " + MAX_DEPTH + " levels");
      }
    }
  }

  private void rooms() throws Refused {
    several = true;
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw new Refused("'rooms' must be a list of names");
    }
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (rooms.size() == MAX_ROOMS) {
        throw new Refused(Problem.Reason.TOO_LARGE, "'rooms' has more than " + MAX_ROOMS);
      }
      rooms.add(room(string("rooms")));
    }
  }

  private String named(String name) throws Refused {
    String value = limited(name, MAX_EVENT);
    if (value.isEmpty()) {
      throw new Refused("'" + name + "' is empty");
    }
    return value;
  }

  private void global() throws Refused {
    if (!truth("global")) {
      throw new Refused("'global' must be true, or not be there");
    }
    rooms.add(RoomName.GLOBAL);
  }

  private static RoomName room(String name) throws Refused {
    String flaw = RoomName.flaw(name);
    if (flaw != null) {
      throw new Refused(Problem.Reason.BAD_ROOM_NAME, flaw);
    }
    return RoomName.of(name);
  }

  private void tags() throws Refused {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw new Refused("'tags' must be an object of strings");
    }
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      json.nextToken();
      if (tags.put(name, string("tags")) != null) {
        throw new Refused("'tags' has '" + shown(name) + "' twice");
      }
      if (tags.size() > MAX_TAGS || name.length() > MAX_TEXT) {
        throw new Refused(
            Problem.Reason.TOO_LARGE, "'tags' has more than " + MAX_TAGS + ", or one too long");
      }
    }
  }

  private static Draft.Stamp once(String id) throws Refused {
    try {
      return Draft.Stamp.once(id);
    } catch (IllegalArgumentException flawed) {
      throw new Refused(String.valueOf(flawed.getMessage()));
    }
  }

  private static Audience audience(String expression) throws Refused {
    try {
      return Audience.of(expression);
    } catch (IllegalArgumentException flawed) {
      throw new Refused(Problem.Reason.BAD_FILTER, String.valueOf(flawed.getMessage()));
    }
  }

  private static int priority(String name) throws Refused {
    return switch (name) {
      case "low" -> -1;
      case "normal" -> 0;
      case "high" -> 1;
      default -> throw new Refused("'priority' must be low, normal or high");
    };
  }

  private String string(String name) throws Refused {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw new Refused("'" + name + "' must be " + (several(name) ? "strings" : "a string"));
    }
    String value = json.getString();
    if (value.length() > MAX_TEXT) {
      throw new Refused(
          Problem.Reason.TOO_LARGE, "'%s' is longer than %d".formatted(name, MAX_TEXT));
    }
    return value;
  }

  private static boolean several(String name) {
    return name.equals("tags") || name.equals("rooms");
  }

  private String limited(String name, int max) throws Refused {
    String value = string(name);
    if (value.length() > max) {
      throw new Refused("'%s' has %d characters, at most %d".formatted(name, value.length(), max));
    }
    return value;
  }

  private long number(String name) throws Refused {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT && json.getString().length() <= 16) {
      long value = json.getLongValue();
      if (value >= 0 && value <= MAX_NUMBER) {
        return value;
      }
    }
    throw new Refused("'" + name + "' must be a whole number from 0 to 2^53-1");
  }

  private boolean truth(String name) throws Refused {
    if (json.currentToken() == JsonToken.VALUE_TRUE) {
      return true;
    }
    if (json.currentToken() == JsonToken.VALUE_FALSE) {
      return false;
    }
    throw new Refused("'" + name + "' must be true or false");
  }

  private static String shown(String name) {
    return name.length() <= 40 ? name : name.substring(0, 40) + "...";
  }
}
