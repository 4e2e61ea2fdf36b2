package dev.carillon.transport;

import java.util.concurrent.CompletionStage;

/** Answers plain HTTP requests. Safe for use by many threads. */
@FunctionalInterface
public interface HttpHandler {
  /**
   * Begins to answer. Called on an event loop, so it must not block; what takes time completes the
   * answer later, on any thread. A failure is answered with 500 and logged.
   */
  CompletionStage<HttpResponse> handle(HttpRequest request);
}
