package dev.carillon.server;

import dev.carillon.connection.Links;
import dev.carillon.connection.RequestTarget;
import dev.carillon.core.spi.Protocol;
import dev.carillon.transport.HttpRequest;
import dev.carillon.transport.HttpResponse;
import dev.carillon.websocket.HttpFields;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The protocol over HTTP, beside the stream that {@link Reception} opens: what a client says, and
 * streams that are fetched piece by piece. Safe for use by many threads.
 */
final class LinkRequests {
  /** Names the stream that a request belongs to; {@code new} opens one that is fetched. */
  static final String LINK = "Carillon-Link";

  /** Counts a client's requests of one kind. */
  static final String NUMBER = "Carillon-Number";

  /** Says where a room was read to. */
  static final String POSITION = "Carillon-Position";

  static final String METHODS = "GET, POST, DELETE, OPTIONS";

  private static final int MAX_WAIT_SECONDS = 60;
  private static final HttpFields EVENTS =
      HttpFields.of(
          "Content-Type", "text/event-stream",
          "Cache-Control", "no-store",
          "X-Content-Type-Options", "nosniff");

  private final Reception reception;
  private final Links links;
  private final BooleanSupplier draining;

  LinkRequests(Reception reception, Links links, BooleanSupplier draining) {
    this.reception = reception;
    this.links = links;
    this.draining = draining;
  }

  /** Whether a request is one of these. */
  boolean takes(HttpRequest request, String path) {
    return reception.isMain(path)
        && (request.fields().first(LINK) != null || request.method().equals("OPTIONS"));
  }

  CompletionStage<HttpResponse> handle(HttpRequest request, RequestTarget target) {
    HttpFields cors = reception.cors().fields(request.fields(), request.peer());
    if (!reception.cors().allows(request.fields(), request.peer())) {
      return now(Problems.of(403, "Forbidden", Cors.WORDS, HttpFields.NONE));
    }
    if (request.method().equals("OPTIONS")) {
      return now(
          new HttpResponse(
              204,
              reception.cors().preflight(request.fields(), request.peer(), METHODS),
              new byte[0]));
    }
    String link = String.valueOf(request.fields().first(LINK));
    var answer = new CompletableFuture<HttpResponse>();
    String wrong = begin(request, target, link, told -> answer.complete(response(told, cors)));
    return wrong == null ? answer : now(Problems.of(400, "Bad Request", wrong, cors));
  }

  /** Begins to answer, or says what is wrong. */
  private @Nullable String begin(
      HttpRequest request, RequestTarget target, String link, Consumer<Links.Answer> answer) {
    if (link.equals("new") && request.method().equals("POST")) {
      Protocol protocol = reception.streamed(target.path());
      if (protocol == null) {
        return "nothing is spoken over HTTP at this address";
      }
      if (draining.getAsBoolean()) {
        answer.accept(new Links.Answer.Full());
      } else {
        links.open(reception.rooms(protocol, request.fields(), target, request.peer()), answer);
      }
      return null;
    }
    if (request.method().equals("DELETE")) {
      links.end(link, answer);
      return null;
    }
    long number = number(request.fields().first(NUMBER));
    if (number < 1) {
      return NUMBER + " must count this client's requests from 1";
    }
    return switch (request.method()) {
      case "GET" -> {
        Duration wait = wait(target.parameter("wait"));
        if (wait != null) {
          links.fetch(link, number, wait, answer);
        }
        yield wait == null ? "wait must be a number of seconds, at most " + MAX_WAIT_SECONDS : null;
      }
      case "POST" -> {
        boolean valid = RoomRequests.isUtf8(request.body());
        if (valid) {
          links.take(link, number, ByteBuffer.wrap(request.body()), answer);
        }
        yield valid ? null : "the body is not UTF-8";
      }
      default -> "a link takes " + METHODS;
    };
  }

  private static HttpResponse response(Links.Answer answer, HttpFields cors) {
    return switch (answer) {
      case Links.Answer.Taken() -> new HttpResponse(204, cors, new byte[0]);
      case Links.Answer.Fetched(var events) -> new HttpResponse(200, EVENTS.with(cors), events);
      case Links.Answer.Gone() ->
          Problems.of(410, "Gone", "there is no such stream, or it has ended: begin anew", cors);
      case Links.Answer.OutOfTurn() ->
          Problems.of(
              409,
              "Conflict",
              NUMBER + " is not the next, or the request before it has not been answered",
              cors);
      case Links.Answer.Full() ->
          Problems.of(
              503,
              "Service Unavailable",
              "no more streams can be opened now",
              cors.with("Retry-After", "1"));
    };
  }

  private static long number(@Nullable String text) {
    boolean digits =
        text != null
            && !text.isEmpty()
            && text.length() <= 15
            && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return digits ? Long.parseLong(text) : 0;
  }

  private static @Nullable Duration wait(@Nullable String text) {
    if (text == null) {
      return Duration.ofSeconds(MAX_WAIT_SECONDS);
    }
    boolean digits =
        !text.isEmpty() && text.length() <= 2 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    int seconds = digits ? Integer.parseInt(text) : MAX_WAIT_SECONDS + 1;
    return seconds <= MAX_WAIT_SECONDS ? Duration.ofSeconds(seconds) : null;
  }

  private static CompletionStage<HttpResponse> now(HttpResponse response) {
    return CompletableFuture.completedFuture(response);
  }
}
