package dev.carillon.server;

import dev.carillon.core.Draft;
import dev.carillon.core.Policies;
import dev.carillon.core.Problem;
import dev.carillon.core.RoomName;
import dev.carillon.core.spi.Broker;
import dev.carillon.transport.HttpRequest;
import dev.carillon.transport.HttpResponse;
import dev.carillon.websocket.HttpFields;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/v1/publish}: publishes in the server's own name for whoever shows a key. A body
 * is refused as a whole or taken as a whole; what then fails fails for its room alone. Safe for use
 * by many threads.
 */
final class PublishApi {
  static final String PATH = "/api/v1/publish";

  private static final String JSON = "application/json";

  /** The way to the rooms. */
  @FunctionalInterface
  interface Publishing {
    CompletableFuture<Outcome> publish(RoomName room, Draft draft);
  }

  /**
   * What became of a message in one room.
   *
   * @param readers how many were attached
   */
  record Outcome(RoomName room, Broker.Appended appended, int readers) {}

  /** A message that is under way to one room. */
  private record UnderWay(CompletableFuture<Outcome> outcome, boolean counted) {}

  private final ApiKeys keys;
  private final int maxBatch;
  private final Policies policies;
  private final Publishing publishing;
  private final BooleanSupplier draining;

  PublishApi(Api api, Policies policies, Publishing publishing, BooleanSupplier draining) {
    this.keys = new ApiKeys(api.keys());
    this.maxBatch = api.maxBatch();
    this.policies = policies;
    this.publishing = publishing;
    this.draining = draining;
  }

  CompletionStage<HttpResponse> handle(HttpRequest request) {
    HttpResponse refusal = refusal(request);
    if (refusal != null) {
      return CompletableFuture.completedFuture(refusal);
    }
    PublishRequest asked;
    try {
      asked = PublishRequest.read(request.body(), maxBatch);
      checkSizes(asked);
    } catch (PublishRequest.Refused flawed) {
      return CompletableFuture.completedFuture(Problems.of(flawed.problem(), false));
    }
    var underWay = new ArrayList<UnderWay>();
    for (PublishOrder order : asked.orders()) {
      for (RoomName room : order.rooms()) {
        underWay.add(new UnderWay(publishing.publish(room, order.draft()), order.countReaders()));
      }
    }
    boolean several = asked.batch() || asked.orders().getFirst().several();
    return CompletableFuture.allOf(
            underWay.stream().map(UnderWay::outcome).toArray(CompletableFuture<?>[]::new))
        .thenApply(all -> answer(underWay, several));
  }

  private @Nullable HttpResponse refusal(HttpRequest request) {
    if (!request.method().equals("POST")) {
      return Problems.of(
          405, "Method Not Allowed", "messages are sent with POST", HttpFields.of("Allow", "POST"));
    }
    HttpResponse refusal = keys.refusal(request.fields());
    if (refusal != null) {
      return refusal;
    }
    if (draining.getAsBoolean()) {
      return Problems.of(
          503,
          "Service Unavailable",
          "the server is shutting down",
          HttpFields.of("Retry-After", "1"));
    }
    return isJson(request.fields().first("Content-Type"))
        ? null
        : Problems.of(
            415,
            "Unsupported Media Type",
            "the body must be JSON: Content-Type: application/json",
            HttpFields.of("Accept-Post", JSON));
  }

  private static boolean isJson(@Nullable String type) {
    if (type == null) {
      return false;
    }
    String[] parts = type.toLowerCase(Locale.ROOT).split(";", -1);
    boolean utf8 = true;
    for (int i = 1; i < parts.length; i++) {
      String part = parts[i].replace("\"", "").strip();
      utf8 &= !part.startsWith("charset=") || part.equals("charset=utf-8");
    }
    return parts[0].strip().equals(JSON) && utf8;
  }

  private void checkSizes(PublishRequest asked) throws PublishRequest.Refused {
    for (PublishOrder order : asked.orders()) {
      int size = order.draft().payload().size();
      for (RoomName room : order.rooms()) {
        int max = policies.of(room).limits().maxMessageBytes();
        if (size > max) {
          throw new PublishRequest.Refused(
              Problem.Reason.TOO_LARGE,
              "a payload of %d bytes is over the limit of %d of room %s"
                  .formatted(size, max, room));
        }
      }
    }
  }

  private static HttpResponse answer(List<UnderWay> done, boolean several) {
    if (!several) {
      UnderWay one = done.getFirst();
      return one.outcome().join().appended() instanceof Broker.Appended.Failed(var doubt, var why)
          ? Problems.of(why, doubt)
          : json(200, result(one) + "\n");
    }
    boolean whole = true;
    var body = new StringBuilder("{\"results\":[");
    for (int i = 0; i < done.size(); i++) {
      whole &= done.get(i).outcome().join().appended() instanceof Broker.Appended.Stored;
      body.append(i == 0 ? "" : ",").append(result(done.get(i)));
    }
    return json(whole ? 200 : 207, body.append("]}\n").toString());
  }

  private static String result(UnderWay done) {
    Outcome outcome = done.outcome().join();
    String room = "{\"room\":" + Problems.quoted(outcome.room().value());
    return switch (outcome.appended()) {
      case Broker.Appended.Stored(var position, var level, var duplicate) ->
          room
              + ",\"epoch\":\"%s\",\"offset\":%d,\"level\":\"%s\"%s%s}"
                  .formatted(
                      position.epoch(),
                      position.offset(),
                      level.name().toLowerCase(Locale.ROOT),
                      duplicate ? ",\"duplicate\":true" : "",
                      done.counted() ? ",\"readers\":" + outcome.readers() : "");
      case Broker.Appended.Failed(var inDoubt, var problem) ->
          room
              + ",\"status\":%d,\"code\":\"%s\",\"detail\":%s,\"retryable\":%b,\"in_doubt\":%b}"
                  .formatted(
                      Problems.status(problem.reason()),
                      problem.reason().code(),
                      Problems.quoted(problem.detail()),
                      problem.reason().retryable(),
                      inDoubt);
    };
  }

  private static HttpResponse json(int status, String body) {
    return new HttpResponse(
        status,
        HttpFields.of("Content-Type", JSON, "Cache-Control", "no-store"),
        body.getBytes(StandardCharsets.UTF_8));
  }
}
