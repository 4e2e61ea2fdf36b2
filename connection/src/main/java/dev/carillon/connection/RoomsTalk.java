package dev.carillon.connection;

import dev.carillon.core.Disconnect;
import dev.carillon.core.Payload;
import dev.carillon.core.Problem;
import dev.carillon.core.Session;
import dev.carillon.core.Shard;
import dev.carillon.core.spi.Arrival;
import dev.carillon.core.spi.Authenticator;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.Credentials;
import dev.carillon.core.spi.Line;
import dev.carillon.core.spi.Outlet;
import dev.carillon.core.spi.Protocol;
import dev.carillon.core.spi.Terms;
import dev.carillon.websocket.CloseCode;
import dev.carillon.websocket.Utf8;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A conversation about rooms on what carries it: the conversation's line, the session's outlet, and
 * the way from the one to the other, authentication.
 */
final class RoomsTalk implements Talk, Line, Outlet {
  private final Carrier stage;

  /** The stage's connection's: every message goes this way, and not by them. */
  private final Outbox outbox;

  // Not all of what the client said when it connected: that is over.
  private final Protocol protocol;
  private final Authenticator authenticator;
  private final Terms terms;

  private final Conversation conversation;
  private @Nullable Session session;
  private boolean closed;

  RoomsTalk(Carrier stage, Application.Rooms rooms) {
    this.stage = stage;
    this.outbox = stage.connection().outbox();
    this.protocol = rooms.protocol();
    this.authenticator = rooms.authenticator();
    this.terms = rooms.terms();
    this.conversation = stage.converse(rooms, this);
  }

  // -- From the connection -----------------------------------------------------------------------

  @Override
  public void opened() {
    conversation.opened();
  }

  @Override
  public void textCame(Utf8 text) {
    if (stage.canSend()) {
      conversation.received(Payload.Kind.TEXT, text.bytes());
    }
  }

  /** As the other one, for bytes that were checked to be valid UTF-8. */
  void textCame(ByteBuffer text) {
    if (stage.canSend()) {
      conversation.received(Payload.Kind.TEXT, text);
    }
  }

  @Override
  public void binaryCame(ByteBuffer payload) {
    if (stage.canSend()) {
      conversation.received(Payload.Kind.BINARY, payload);
    }
  }

  @Override
  public void pinged(ByteBuffer payload) {}

  @Override
  public void ponged(ByteBuffer payload) {}

  @Override
  public void writable() {
    Session own = session;
    if (own != null) {
      own.writable();
    }
  }

  @Override
  public void closed(CloseCode code, String reason) {
    closed = true;
    Session own = session;
    if (own != null) {
      session = null;
      // 7.4.1: 1000 says that the purpose has been fulfilled. 1001 is what a browser says of a tab
      // that is closed and of one that is reloaded alike, and who reloads comes back.
      if (code.equals(CloseCode.NORMAL)) {
        own.ended();
      } else {
        own.disconnected();
      }
    }
  }

  @Override
  public void beat() {
    if (session != null && stage.canSend()) {
      conversation.beat();
    }
  }

  @Override
  public int pinnedBytes() {
    Session own = session;
    return own == null ? 0 : own.heldBytes();
  }

  @Override
  public boolean proven() {
    return session != null;
  }

  @Override
  public boolean pongsSuffice() {
    return conversation.pongsSuffice();
  }

  // -- Line: what the conversation can do --------------------------------------------------------

  @Override
  public void send(Payload.Kind frame, ByteBuffer bytes) {
    if (stage.overfull()) {
      close(Disconnect.LAG, Disconnect.LAG.words());
    } else {
      stage.send(frame, bytes);
    }
  }

  @Override
  public void authenticate(Credentials credentials, Arrival arrival) {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    stage.connection().pause(Connection.AUTHENTICATION);
    Shard shard = stage.connection().loop().shard();
    Problem full = session == null ? shard.refusal(arrival) : null;
    if (full != null) {
      shard.post(() -> answered(new Authenticator.Answer.Refused(full)));
    } else {
      authenticator.authenticate(credentials, answer -> shard.post(() -> answered(answer)));
    }
  }

  private void answered(Authenticator.Answer answer) {
    if (closed || !stage.canSend()) {
      return;
    }
    switch (answer) {
      case Authenticator.Answer.Accepted accepted -> accepted(accepted);
      case Authenticator.Answer.Refused(Problem problem) -> conversation.refused(problem);
    }
    stage.connection().resume(Connection.AUTHENTICATION);
  }

  private void accepted(Authenticator.Answer.Accepted by) {
    Loop loop = stage.connection().loop();
    Session own = session;
    if (own == null) {
      own =
          loop.shard().open(by.user(), by.permissions(), stage.form(protocol), this, conversation);
      session = own;
    }
    if (own.renew(by)) {
      conversation.accepted(own);
    } else {
      conversation.refused(
          new Problem(Problem.Reason.FORBIDDEN, "the token is another user's than the session"));
    }
  }

  @Override
  public long now() {
    return stage.connection().loop().now();
  }

  @Override
  public Terms terms() {
    return terms;
  }

  // -- Outlet: what the session can do -----------------------------------------------------------

  @Override
  public int offer(ByteBuffer slice) {
    if (!stage.canSend() && !outbox.cutOff()) {
      return slice.remaining(); // nothing may follow a Close frame
    }
    int taken = outbox.offer(slice);
    if (taken > 0) {
      stage.sentShared();
    }
    return taken;
  }

  @Override
  public int prefetch() {
    return (stage.canSend() ? 1 : 0) + outbox.prefetch();
  }

  @Override
  public boolean isFree() {
    return !outbox.blocked();
  }

  @Override
  public void flush() {
    outbox.flush();
  }

  @Override
  public void pauseReading(boolean pause) {
    if (!pause) {
      stage.connection().resume(Connection.SESSION);
    } else if (stage.canSend()) {
      stage.connection().pause(Connection.SESSION);
    }
  }

  @Override
  public void close(Disconnect why, String reason) {
    stage.close(CloseCode.of(why.code()), reason);
  }
}
