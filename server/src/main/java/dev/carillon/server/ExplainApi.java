package dev.carillon.server;

import dev.carillon.connection.RequestTarget;
import dev.carillon.core.Epoch;
import dev.carillon.core.Explained;
import dev.carillon.core.Explanation;
import dev.carillon.core.Node;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Broker;
import dev.carillon.transport.HttpRequest;
import dev.carillon.transport.HttpResponse;
import dev.carillon.websocket.HttpFields;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/explain}: says why somebody did or did not get a message, to whoever shows a
 * key. As JSON, or one sentence a line to those who want {@code text/plain}. Safe for use by many
 * threads.
 */
final class ExplainApi {
  static final String PATH = "/api/v1/explain";

  private static final int LONGEST_NAME = 200;

  private final ApiKeys keys;
  private final Node node;

  ExplainApi(Api api, Node node) {
    this.keys = new ApiKeys(api.keys());
    this.node = node;
  }

  /** What stands in the address. */
  private record Asked(
      RoomName room,
      @Nullable Epoch epoch,
      long offset,
      @Nullable String user,
      @Nullable String session) {
    static Asked of(RequestTarget target) {
      String user = name(target, "user");
      String session = name(target, "session");
      if (user == null && session == null) {
        throw new IllegalArgumentException("name a user with user=, or a session with session=");
      }
      return new Asked(room(target), epoch(target), offset(target), user, session);
    }

    private static @Nullable String name(RequestTarget target, String parameter) {
      String name = target.parameter(parameter);
      if (name != null && (name.isEmpty() || name.length() > LONGEST_NAME)) {
        throw new IllegalArgumentException(
            "%s has %d characters, must have 1 to %d"
                .formatted(parameter, name.length(), LONGEST_NAME));
      }
      return name;
    }

    private static RoomName room(RequestTarget target) {
      String name = target.parameter("room");
      if (name == null) {
        throw new IllegalArgumentException("name a room with room=");
      }
      RoomName inbox = name.startsWith("$") ? RoomName.inbox(name) : null;
      String flaw = inbox == null ? RoomName.flaw(name) : null;
      if (flaw != null) {
        throw new IllegalArgumentException(flaw);
      }
      return inbox == null ? RoomName.of(name) : inbox;
    }

    private static @Nullable Epoch epoch(RequestTarget target) {
      String text = target.parameter("epoch");
      Epoch epoch = text == null ? null : Epoch.parse(text);
      if (text != null && epoch == null) {
        throw new IllegalArgumentException("epoch must be 32 hexadecimal digits, as in a position");
      }
      return epoch;
    }

    private static long offset(RequestTarget target) {
      String text = target.parameter("offset");
      if (text == null) {
        throw new IllegalArgumentException("name a message with offset=");
      }
      if (!text.matches("[0-9]{1,18}") || Long.parseLong(text) < 1) {
        throw new IllegalArgumentException("offset must be a whole number, 1 or more");
      }
      return Long.parseLong(text);
    }
  }

  CompletionStage<HttpResponse> handle(HttpRequest request, RequestTarget target) {
    HttpResponse refusal = keys.refusal(request.fields());
    if (refusal != null) {
      return CompletableFuture.completedFuture(refusal);
    }
    Asked asked;
    try {
      asked = Asked.of(target);
    } catch (IllegalArgumentException wrong) {
      String words = String.valueOf(wrong.getMessage());
      var problem = new Problem(Problem.Reason.BAD_MESSAGE, words);
      return CompletableFuture.completedFuture(refused(problem));
    }
    boolean lines = "text/plain".equals(request.fields().first("Accept"));
    var answer = new CompletableFuture<HttpResponse>();
    node.explain(
        asked.room(),
        asked.epoch(),
        asked.offset(),
        asked.user(),
        asked.session(),
        found -> {
          switch (found) {
            case Broker.Answer.Failed<Explained>(var problem) -> answer.complete(refused(problem));
            case Broker.Answer.Done<Explained>(var explained) ->
                answer.complete(lines ? lines(explained) : json(explained));
          }
        });
    return answer;
  }

  private static HttpResponse refused(Problem problem) {
    return Problems.of(problem, false, null, HttpFields.NONE);
  }

  private static HttpResponse lines(Explained explained) {
    return body(
        "text/plain; charset=utf-8",
        explained.explanations().stream()
            .map(each -> each.sentence() + "\n")
            .collect(Collectors.joining()));
  }

  private static HttpResponse json(Explained explained) {
    String each =
        explained.explanations().stream()
            .map(ExplainApi::json)
            .collect(Collectors.joining(",", "[", "]"));
    return body(
        "application/json",
        "{\"room\":%s,\"epoch\":\"%s\",\"offset\":%d,\"explanations\":%s}\n"
            .formatted(
                Problems.quoted(explained.room().value()),
                explained.position().epoch(),
                explained.position().offset(),
                each));
  }

  private static String json(Explanation each) {
    String session = each.session();
    Explanation.Reading reading = each.reading();
    return "{\"user\":%s%s,\"outcome\":\"%s\",\"sentence\":%s%s}"
        .formatted(
            Problems.quoted(each.user()),
            session == null ? "" : ",\"session\":" + Problems.quoted(session),
            each.outcome().code(),
            Problems.quoted(each.sentence()),
            reading == null ? "" : ",\"reading\":" + json(reading));
  }

  private static String json(Explanation.Reading reading) {
    return "{\"since\":%d,\"first\":%d,\"sent\":%d,\"ended\":\"%s\"%s}"
        .formatted(
            reading.since(),
            reading.first(),
            reading.sent(),
            reading.ended(),
            reading.endedAt() == 0 ? "" : ",\"ended_at\":" + reading.endedAt());
  }

  private static HttpResponse body(String type, String text) {
    return new HttpResponse(
        200,
        HttpFields.of("Content-Type", type, "Cache-Control", "no-store"),
        text.getBytes(StandardCharsets.UTF_8));
  }
}
