package dev.carillon.server;

import dev.carillon.connection.RequestTarget;
import dev.carillon.core.spi.Condition;
import dev.carillon.core.spi.Resource;
import dev.carillon.transport.EventLoops;
import dev.carillon.transport.HttpHandler;
import dev.carillon.transport.HttpRequest;
import dev.carillon.transport.HttpResponse;
import dev.carillon.websocket.HttpFields;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What a server answers to plain HTTP. Safe for use by many threads. */
final class Site implements HttpHandler {
  /** How long the loops may take to answer before they count as dead. */
  private static final int LIVE_SECONDS = 2;

  private final Listen listen;
  private final Reception reception;
  private final RoomRequests rooms;
  private final LinkRequests links;
  private final EventLoops loops;
  private final Metrics metrics;
  private final Supplier<Condition> broker;
  private final PublishApi publishApi;
  private final ExplainApi explainApi;
  private final BooleanSupplier draining;

  Site(
      Listen listen,
      Reception reception,
      RoomRequests rooms,
      LinkRequests links,
      EventLoops loops,
      Metrics metrics,
      Supplier<Condition> broker,
      PublishApi publishApi,
      ExplainApi explainApi,
      BooleanSupplier draining) {
    this.listen = listen;
    this.reception = reception;
    this.rooms = rooms;
    this.links = links;
    this.loops = loops;
    this.metrics = metrics;
    this.broker = broker;
    this.publishApi = publishApi;
    this.explainApi = explainApi;
    this.draining = draining;
  }

  @Override
  public CompletionStage<HttpResponse> handle(HttpRequest request) {
    RequestTarget target = RequestTarget.parse(request.target());
    if (target == null) {
      return now(
          Problems.of(
              400, "Bad Request", "the address has a broken percent escape", HttpFields.NONE));
    }
    String path = target.path();
    return switch (path) {
      case "/health/live" -> read(request) ? live() : notAllowed();
      case "/health/ready" -> read(request) ? now(ready()) : notAllowed();
      case "/metrics" ->
          read(request)
              ? metrics.text().thenApply(text -> HttpResponse.of(200, Metrics.CONTENT_TYPE, text))
              : notAllowed();
      case PublishApi.PATH -> publishApi.handle(request);
      case ExplainApi.PATH -> read(request) ? explainApi.handle(request, target) : notAllowed();
      default -> other(request, target);
    };
  }

  private CompletionStage<HttpResponse> other(HttpRequest request, RequestTarget target) {
    String path = target.path();
    if (links.takes(request, path)) {
      return links.handle(request, target);
    }
    Resource resource = reception.resource(path);
    if (resource != null) {
      return rooms.handle(request, target, resource);
    }
    if (!path.equals("/") && reception.speaks(path)) {
      return now(Problems.upgrade());
    }
    HttpResponse page = listen.page() ? Page.at(path) : path.equals("/") ? Page.text() : null;
    if (page == null) {
      return now(
          Problems.of(404, "Not Found", "there is nothing at this address", HttpFields.NONE));
    }
    return read(request) ? now(page) : notAllowed();
  }

  /** What only another start can mend is for whoever starts servers again. */
  private CompletionStage<HttpResponse> live() {
    Condition condition = broker.get();
    String trouble = condition.trouble();
    if (trouble != null && condition.forGood()) {
      return now(state(503, "stopped", trouble, condition.since()));
    }
    return loops
        .answering()
        .orTimeout(LIVE_SECONDS, TimeUnit.SECONDS)
        .handle((nothing, late) -> late == null ? state(200, "live") : state(503, "stuck"));
  }

  private HttpResponse ready() {
    Condition condition = broker.get();
    String trouble = condition.trouble();
    if (draining.getAsBoolean()) {
      return state(503, "draining");
    }
    return trouble == null
        ? state(200, "ready")
        : state(503, "not_storing", trouble, condition.since());
  }

  private static HttpResponse state(int status, String state) {
    return HttpResponse.of(
        status, "application/json", "{\"status\":" + Problems.quoted(state) + "}\n");
  }

  private static HttpResponse state(int status, String state, String detail, long since) {
    return HttpResponse.of(
        status,
        "application/json",
        "{\"status\":%s,\"detail\":%s,\"since\":%d}\n"
            .formatted(Problems.quoted(state), Problems.quoted(detail), since));
  }

  private static boolean read(HttpRequest request) {
    return request.method().equals("GET") || request.method().equals("HEAD");
  }

  private static CompletionStage<HttpResponse> notAllowed() {
    return now(
        Problems.of(
            405,
            "Method Not Allowed",
            "this address can only be read",
            HttpFields.of("Allow", "GET, HEAD")));
  }

  private static CompletionStage<HttpResponse> now(HttpResponse response) {
    return CompletableFuture.completedFuture(response);
  }
}
