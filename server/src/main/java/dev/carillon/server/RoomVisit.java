package dev.carillon.server;

import dev.carillon.core.Disconnect;
import dev.carillon.core.Position;
import dev.carillon.core.Problem;
import dev.carillon.core.Session;
import dev.carillon.core.Shard;
import dev.carillon.core.spi.Authenticator;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Outlet;
import dev.carillon.core.spi.Resource;
import dev.carillon.core.spi.Visit;
import dev.carillon.core.spi.WireForm;
import dev.carillon.transport.HttpResponse;
import dev.carillon.websocket.HttpFields;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request's short session, from its credentials to its answer. Confined to the shard that it
 * was given.
 */
final class RoomVisit implements Visit, Outlet {
  /** Nothing is delivered to a visit: that there is something is all it has to know. */
  private static final WireForm MARK = (room, epoch, entry, compress, into) -> into.put('.');

  private final Shard shard;
  private final Authenticator authenticator;
  private final HttpFields fields;
  private final CompletableFuture<HttpResponse> response = new CompletableFuture<>();
  private Resource.@Nullable Visitor visitor;
  private @Nullable Session session;

  RoomVisit(Shard shard, Authenticator authenticator, HttpFields fields) {
    this.shard = shard;
    this.authenticator = authenticator;
    this.fields = fields;
  }

  /** Begins to answer. */
  CompletionStage<HttpResponse> begin(
      Resource resource, Resource.Request request, Duration authentication) {
    shard.post(
        () -> {
          try {
            Resource.Visitor begun = resource.visit(request, this);
            visitor = begun;
            begun.opened();
          } catch (RuntimeException failed) {
            response.completeExceptionally(failed);
          }
        });
    if (!authentication.isZero()) {
      after(authentication.toMillis(), this::authenticationLate);
    }
    return response;
  }

  private void authenticationLate() {
    if (session == null) {
      refuse(new Problem(Problem.Reason.UNAUTHENTICATED, "not authenticated in time"), false, null);
    }
  }

  // -- Visit -------------------------------------------------------------------------------------

  @Override
  public void authenticate(Credentials credentials) {
    authenticator.authenticate(credentials, answer -> shard.post(() -> authenticated(answer)));
  }

  private void authenticated(Authenticator.Answer answer) {
    Resource.Visitor to = visitor;
    if (to == null || response.isDone()) {
      return;
    }
    switch (answer) {
      case Authenticator.Answer.Accepted accepted -> {
        Session opened = shard.open(accepted.user(), accepted.permissions(), MARK, this, to);
        opened.hide();
        opened.renew(accepted);
        session = opened;
        to.accepted(opened);
      }
      case Authenticator.Answer.Refused(Problem problem) -> to.refused(problem);
    }
  }

  @Override
  public void after(long millis, Runnable task) {
    CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, shard::post)
        .execute(
            () -> {
              if (!response.isDone()) {
                task.run();
              }
            });
  }

  @Override
  public void answer(int status, ByteBuffer json, @Nullable Position position) {
    byte[] body = new byte[json.remaining()];
    json.get(json.position(), body);
    HttpFields all =
        fields
            .with("Content-Type", "application/json")
            .with("Cache-Control", "no-store")
            .with("X-Content-Type-Options", "nosniff");
    end(
        new HttpResponse(
            status,
            position == null ? all : all.with(LinkRequests.POSITION, position.toString()),
            body));
  }

  @Override
  public void refuse(Problem problem, boolean inDoubt, @Nullable Position position) {
    end(Problems.of(problem, inDoubt, position, fields));
  }

  private void end(HttpResponse answer) {
    response.complete(answer);
    Session own = session;
    if (own != null) {
      session = null;
      shard.post(own::ended); // what tells it this may not be through with it
    }
  }

  // -- Outlet ------------------------------------------------------------------------------------

  @Override
  public int offer(ByteBuffer slice) {
    Resource.Visitor to = visitor;
    if (to != null && !response.isDone()) {
      shard.post(
          () -> {
            if (!response.isDone()) {
              to.reached();
            }
          });
    }
    return slice.remaining(); // a visit that looked blocked would get no history either
  }

  @Override
  public void flush() {}

  @Override
  public void pauseReading(boolean pause) {}

  @Override
  public void close(Disconnect why, String reason) {
    Problem.Reason kind = why.comeBack() ? Problem.Reason.SHUTTING_DOWN : Problem.Reason.FORBIDDEN;
    if (!response.isDone()) {
      refuse(new Problem(kind, reason), false, null);
    }
  }
}
