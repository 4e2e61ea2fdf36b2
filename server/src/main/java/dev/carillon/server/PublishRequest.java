package dev.carillon.server;

import dev.carillon.core.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * The body of a request to publish: one message, a list of them, or {@code {"messages": [...]}}.
 *
 * @param batch whether it was a list
 */
record PublishRequest(List<PublishOrder> orders, boolean batch) {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(PublishFields.MAX_DEPTH + 8)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(1 << 16)
                  .build())
          .build();

  /** The body is none of a request to publish. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    private final Problem.Reason reason;

    Refused(Problem.Reason reason, String detail) {
      super(detail);
      this.reason = reason;
    }

    Refused(String detail) {
      this(Problem.Reason.BAD_MESSAGE, detail);
    }

    Problem problem() {
      return new Problem(reason, String.valueOf(getMessage()));
    }
  }

  /**
   * Reads a body.
   *
   * @param maxBatch the most messages
   */
  static PublishRequest read(byte[] body, int maxBatch) throws Refused {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
    } catch (CharacterCodingException wrong) {
      throw new Refused("the body is not UTF-8");
    }
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), body)) {
      var orders = new ArrayList<PublishOrder>();
      JsonToken first = json.nextToken();
      boolean batch = first == JsonToken.START_ARRAY;
      if (batch) {
        list(json, body, maxBatch, orders);
      } else if (first == JsonToken.START_OBJECT) {
        var fields = new PublishFields(json, body, () -> list(json, body, maxBatch, orders));
        fields.read();
        batch = fields.isBatch();
        if (!batch) {
          orders.add(fields.order());
        }
      } else {
        throw new Refused("the body must be a JSON object or a list of them");
      }
      if (json.nextToken() != null) {
        throw new Refused("something follows the body's JSON value");
      }
      if (orders.isEmpty()) {
        throw new Refused("there are no messages");
      }
      return new PublishRequest(List.copyOf(orders), batch);
    } catch (JacksonException broken) {
      throw new Refused(
          "the body is no JSON that can be taken: %s (at byte %d)"
              .formatted(
                  firstLine(broken.getOriginalMessage()),
                  broken.getLocation() == null ? 0 : broken.getLocation().getByteOffset()));
    }
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }

  private static void list(JsonParser json, byte[] body, int max, List<PublishOrder> orders)
      throws Refused {
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (orders.size() == max) {
        throw new Refused(
            Problem.Reason.TOO_LARGE, "there are more than " + max + " messages in the request");
      }
      String place = "messages[" + orders.size() + "]: ";
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw new Refused(place + "must be an object");
      }
      try {
        var fields =
            new PublishFields(
                json,
                body,
                () -> {
                  throw new Refused("messages cannot hold messages");
                });
        fields.read();
        orders.add(fields.order());
      } catch (Refused flawed) {
        throw new Refused(flawed.reason, place + flawed.getMessage());
      }
    }
  }
}
