package dev.carillon.server;

import dev.carillon.connection.RequestTarget;
import dev.carillon.core.Node;
import dev.carillon.core.Payload;
import dev.carillon.core.Shard;
import dev.carillon.core.spi.Resource;
import dev.carillon.transport.HttpRequest;
import dev.carillon.transport.HttpResponse;
import dev.carillon.websocket.HttpFields;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Single requests to what protocols serve over HTTP. Safe for use by many threads. */
final class RoomRequests {
  private final Reception reception;
  private final Node node;
  private final Duration authentication;
  private final BooleanSupplier draining;
  private final AtomicInteger next = new AtomicInteger();

  RoomRequests(Reception reception, Node node, Duration authentication, BooleanSupplier draining) {
    this.reception = reception;
    this.node = node;
    this.authentication = authentication;
    this.draining = draining;
  }

  CompletionStage<HttpResponse> handle(
      HttpRequest request, RequestTarget target, Resource resource) {
    HttpFields cors = reception.cors().fields(request.fields(), request.peer());
    String methods = String.join(", ", resource.methods()) + ", OPTIONS";
    if (!reception.cors().allows(request.fields(), request.peer())) {
      return now(Problems.of(403, "Forbidden", Cors.WORDS, HttpFields.NONE));
    }
    if (request.method().equals("OPTIONS")) {
      HttpFields fields = reception.cors().preflight(request.fields(), request.peer(), methods);
      return now(new HttpResponse(204, fields, new byte[0]));
    }
    if (!resource.methods().contains(request.method())) {
      return now(
          Problems.of(
              405,
              "Method Not Allowed",
              "this address takes " + methods,
              cors.with("Allow", methods)));
    }
    if (draining.getAsBoolean()) {
      return now(
          Problems.of(
              503,
              "Service Unavailable",
              "the server is shutting down",
              cors.with("Retry-After", "1")));
    }
    Payload body = body(request);
    if (body == null) {
      return now(
          Problems.of(400, "Bad Request", "the body is said to be text, but not UTF-8", cors));
    }
    List<Shard> shards = node.shards();
    var visit =
        new RoomVisit(
            shards.get(Math.floorMod(next.getAndIncrement(), shards.size())),
            reception.authenticator(),
            cors);
    return visit.begin(
        resource,
        new Resource.Request(
            request.method(), reception.opening(request.fields(), target, request.peer()), body),
        authentication);
  }

  /** The body by its Content-Type; what is said to be nothing is text if it can be. */
  private static @Nullable Payload body(HttpRequest request) {
    String said = request.fields().first("Content-Type");
    String type = said == null ? "" : said.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    byte[] bytes = request.body();
    if (type.equals("application/json") || type.endsWith("+json")) {
      return new Payload(Payload.Kind.JSON, bytes);
    }
    // What curl says of everything that it is given with -d.
    boolean text =
        type.isEmpty()
            || type.startsWith("text/")
            || type.equals("application/x-www-form-urlencoded");
    if (text && isUtf8(bytes)) {
      return new Payload(Payload.Kind.TEXT, bytes);
    }
    return text && !type.isEmpty() ? null : new Payload(Payload.Kind.BINARY, bytes);
  }

  static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)); // reports what is wrong
      return true;
    } catch (CharacterCodingException wrong) {
      return false;
    }
  }

  private static CompletionStage<HttpResponse> now(HttpResponse response) {
    return CompletableFuture.completedFuture(response);
  }
}
