package dev.carillon.core;

import dev.carillon.core.spi.Authenticator;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.Outlet;
import dev.carillon.core.spi.Permissions;
import dev.carillon.core.spi.WireForm;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Identity, joined rooms and cursors of one client. Confined to its shard. Each command is answered
 * by one {@link Notice} that carries its {@code ref}, at once or later.
 */
public final class Session {
  /** The most bytes that a member may say of itself. */
  public static final int MAX_STATE_BYTES = 4096;

  private final Shard shard;
  private Permissions permissions;
  private final WireForm form;
  private final Outlet outlet;
  private final Conversation conversation;
  private final Publishing publishing;
  private final Memberships memberships;
  private final Turns turns = new Turns(this);
  private Member self;
  private @Nullable Instant expires;
  private long began;
  private @Nullable Resumption resumption;
  private @Nullable SessionCalls calls;
  private @Nullable Histories histories;
  private boolean hidden;
  private boolean closed;

  /** Where it stands among its shard's sessions, and whether it has a turn in this round. */
  int index;

  /** The next one in {@link SessionsByUser}. */
  @Nullable Session nextOfUsers;

  boolean touched;

  Session(
      Shard shard,
      Member self,
      Permissions permissions,
      WireForm form,
      Outlet outlet,
      Conversation conversation) {
    this.shard = shard;
    this.self = self;
    this.permissions = permissions;
    this.form = form;
    this.outlet = outlet;
    this.conversation = conversation;
    this.publishing = new Publishing(this);
    this.memberships = new Memberships(this);
    this.began = shard.now();
  }

  /** Unique among the sessions of all nodes. */
  public String id() {
    return self.session();
  }

  /** Who it belongs to. */
  public User user() {
    return self.user();
  }

  /** When it first connected, milliseconds since 1970. */
  long began() {
    return began;
  }

  /** When what it proved itself with ends, and it with it; null for never. */
  public @Nullable Instant expires() {
    return expires;
  }

  /**
   * The connection: newer credentials were accepted. Rooms that may not be read any more are left.
   *
   * @return false, and nothing is changed, when they are another user's
   */
  public boolean renew(Authenticator.Answer.Accepted by) {
    if (!by.user().mayBe(user())) {
      return false;
    }
    User renewed = user().guest() ? user() : by.user();
    self = new Member(self.session(), renewed, self.state());
    permissions = by.permissions();
    expires = by.expires();
    memberships.leaveForbidden();
    changed();
    return true;
  }

  /** Time has passed; ends the session when its credentials have. */
  void expire(long now) {
    Instant end = expires;
    if (end == null || now < end.toEpochMilli()) {
      return;
    }
    expires = null; // told once
    conversation.refused(
        new Problem(Problem.Reason.TOKEN_EXPIRED, "the token has expired; connect with a new one"));
  }

  /** The rooms that it has joined, in the order of joining. */
  public List<RoomName> rooms() {
    return memberships.rooms();
  }

  Member self() {
    return self;
  }

  WireForm form() {
    return form;
  }

  Permissions permissions() {
    return permissions;
  }

  Outlet outlet() {
    return outlet;
  }

  Shard shard() {
    return shard;
  }

  boolean isClosed() {
    return closed;
  }

  /**
   * Presence does not show this session: for readers that come and go with each request. To be
   * called before any room is joined.
   */
  public void hide() {
    hidden = true;
  }

  boolean isHidden() {
    return hidden;
  }

  // -- Resuming --------------------------------------------------------------------------------

  /**
   * Makes a token with which a later connection takes this session up again, within its time to
   * live after the loss of this one. Each token is for one use; the one by which this session was
   * taken up itself stays good until this one is used.
   */
  public String resumeToken() {
    return resumption().token();
  }

  /**
   * Becomes the session that a token stands for, before any room was joined: its identifier is
   * taken over and its presence kept, and a connection that still holds it is closed. Rooms are
   * joined again by the client, from the positions it has.
   *
   * @param then told on this shard whether it is so; if not, this session is a new one as before
   */
  public void resume(String token, Consumer<Boolean> then) {
    resumption().takeUp(token, then);
  }

  private Resumption resumption() {
    return resumption == null ? resumption = new Resumption(this) : resumption;
  }

  /** Is that session from now on, as far as who it is goes. */
  void become(DetachedSession found) {
    User user = user().guest() ? found.self().user() : user();
    Member taken = new Member(found.self().session(), user, found.self().state());
    shard.changeUser(this, () -> self = taken);
    began = found.began();
  }

  /** What would be left of it without its connection, or null when nobody could come back to it. */
  @Nullable DetachedSession detached() {
    return resumption == null ? null : resumption.detached();
  }

  /** Another connection has proved its claim to it: this one is closed and keeps nothing. */
  void takenOver() {
    detach(false, Ending.TAKEN_OVER);
    outlet.close(Disconnect.TAKEN_OVER, Disconnect.TAKEN_OVER.words());
  }

  Memberships memberships() {
    return memberships;
  }

  /** Its rooms or its user have changed. */
  void changed() {
    if (resumption != null && resumption.isPossible()) {
      shard.resumable().changed(this);
    }
  }

  boolean readsInboxes() {
    return conversation.readsInboxes();
  }

  // -- Commands --------------------------------------------------------------------------------

  /**
   * Joins a room. Answered by {@link Notice.Joined}, {@link Notice.Resumed}, {@link Notice.Reset}
   * or {@link Notice.Refused}.
   */
  public void join(long ref, RoomName room, JoinOptions options) {
    memberships.join(ref, room, options);
  }

  /**
   * Everything in a room up to an offset has been dealt with. Answered only when it is wrong, by
   * {@link Notice.Refused}.
   *
   * @param epoch what the offset belongs to, or null for the room's own
   * @param subscription the one that the room is read for, or null for whichever it is
   */
  public void ack(
      RoomName room, @Nullable Epoch epoch, long offset, @Nullable String subscription) {
    new SessionAcks(this).ack(room, epoch, offset, subscription);
  }

  /**
   * A message could not be dealt with. What has not been acknowledged is sent again, and the lowest
   * of it has failed once more. Answered as {@link #ack}.
   *
   * @param reason why, for whoever reads the dead letters; or null
   */
  public void nack(
      RoomName room,
      @Nullable Epoch epoch,
      long offset,
      @Nullable String subscription,
      @Nullable String reason) {
    new SessionAcks(this).nack(room, epoch, offset, subscription, reason);
  }

  /**
   * Joins the rooms that a wildcard matches, at most {@value Memberships#MAX_MATCHING}: those that
   * are there and those that come up, as if each had been joined by itself. Answered by {@link
   * Notice.Joined} with the wildcard in the room's place and a position that means nothing, or by
   * {@link Notice.Refused}; each room has its own answers, without a ref.
   *
   * @throws IllegalArgumentException when the options acknowledge, or begin at a position, which is
   *     one room's
   */
  public void joinMatching(long ref, Wildcard wildcard, JoinOptions options) {
    memberships.joinMatching(ref, wildcard, options);
  }

  /** Leaves a room. Answered by {@link Notice.Left} or {@link Notice.Refused}. */
  public void leave(long ref, RoomName room) {
    memberships.leave(ref, room);
  }

  /** Leaves a wildcard, and the rooms that were joined by it. Answered as {@link #leave}. */
  public void leaveMatching(long ref, Wildcard wildcard) {
    memberships.leaveMatching(ref, wildcard);
  }

  /**
   * Publishes to a room, which need not have been joined. Answered by {@link Notice.Published} or
   * {@link Notice.Rejected}, the publisher's own order kept within a room.
   */
  public void publish(long ref, RoomName room, Draft draft) {
    publishing.publish(ref, room, draft, false);
  }

  /** Publishes, and has the answer say how many readers were attached. */
  public void publishCounting(long ref, RoomName room, Draft draft) {
    publishing.publish(ref, room, draft, true);
  }

  /**
   * Reads a stretch of a room's log. Answered by {@link Notice.History}, {@link Notice.Reset} (the
   * position is from another epoch) or {@link Notice.Refused}.
   */
  public void history(long ref, RoomName room, HistoryOptions options) {
    Histories own = histories;
    if (own == null) {
      histories = own = new Histories(this);
    }
    own.ask(ref, room, options);
  }

  /**
   * Says something of this session to the members of a room that it has joined. Answered by {@link
   * Notice.Done} or {@link Notice.Refused}.
   *
   * @param state at most {@value #MAX_STATE_BYTES} bytes, or null to take back what was said
   */
  public void state(long ref, RoomName room, @Nullable Payload state) {
    memberships.say(ref, room, state);
  }

  /** Lists who is in a room. Answered by {@link Notice.Members} or {@link Notice.Refused}. */
  public void members(long ref, RoomName room) {
    if (!memberships.mayJoin(room)) {
      refuse(ref, room, Problem.Reason.FORBIDDEN, "not permitted to read room " + room);
    } else {
      shard.members(room, roster -> tell(new Notice.Members(ref, room, roster)));
    }
  }

  /**
   * Tells where rooms end in which nothing was sent since this was called last, so that a message
   * that was lost is missed. Answered by {@link Notice.Heads}, which may name no room; where there
   * are many, some are named the next time.
   */
  public void heads() {
    tell(new Notice.Heads(memberships.heads()));
  }

  // -- Calls -----------------------------------------------------------------------------------

  /**
   * Asks the application, or a member of a room that this session is in too. Answered by {@link
   * Notice.Replied} within the call's time, also when it is refused.
   *
   * @param member the session that is asked, or null for the application
   * @param timeoutMillis 1 to {@link Call#MAX_TIMEOUT}
   */
  public void call(
      long ref,
      @Nullable RoomName room,
      @Nullable String member,
      String event,
      Payload payload,
      long timeoutMillis) {
    calls().make(ref, room, member, event, payload, timeoutMillis);
  }

  /** Answers what this session was asked; too late, and it is ignored. */
  public void reply(long number, Reply reply) {
    if (calls != null) {
      calls.answer(number, reply);
    }
  }

  SessionCalls calls() {
    return calls == null ? calls = new SessionCalls(this) : calls;
  }

  // -- The connection --------------------------------------------------------------------------

  /** The connection: its socket takes bytes again. */
  public void writable() {
    if (turns.unblock() || histories != null) {
      shard.touch(this);
    }
  }

  /** The connection: it is lost. Nothing is told to the session afterwards. */
  public void disconnected() {
    if (!closed) {
      DetachedSession left = detached();
      detach(left == null, turns.areOver() ? Ending.LAGGED : Ending.LOST);
      if (left != null) {
        shard.resumable().detach(left);
      }
    }
  }

  /** The client has ended it: like {@link #disconnected()}, but nobody comes back to it. */
  public void ended() {
    ended(Ending.ENDED);
  }

  private void ended(Ending how) {
    if (!closed) {
      List<RoomName> unvisited = memberships.unvisited();
      shard.resumable().forget(id());
      detach(true, how);
      unvisited.forEach(room -> shard.memberLeft(room, id()));
    }
  }

  /** The server ends the session: its connection is closed, and nobody comes back to it. */
  void remove(String reason) {
    ended(Ending.removed(reason));
    outlet.close(Disconnect.REMOVED, reason);
  }

  private void detach(boolean forGood, Ending how) {
    closed = true;
    if (calls != null) {
      calls.gone();
    }
    turns.end();
    memberships.endAll(forGood, how);
    shard.closed(this);
  }

  // -- Delivery --------------------------------------------------------------------------------

  /** Tells the protocol, in order with what is delivered. */
  void tell(Notice notice) {
    if (!closed) {
      conversation.tell(notice);
      shard.touch(this);
    }
  }

  void refuse(long ref, RoomName room, Problem.Reason reason, String detail) {
    tell(new Notice.Refused(ref, room, new Problem(reason, detail)));
  }

  /** Its readers' turns to deliver. */
  Turns turns() {
    return turns;
  }

  /** How many bytes of renditions its half-sent frame keeps from being freed. */
  public int heldBytes() {
    return turns.pinned();
  }

  boolean canBeTold() {
    return conversation.canBeTold();
  }

  /** Reads what {@link #deliver} is about to; as {@link Outlet#prefetch}. */
  int prefetch() {
    return turns.prefetch() + outlet.prefetch();
  }

  /** The end of the round: everything that waits goes to the socket, as far as it takes it. */
  void deliver() {
    touched = false;
    if (closed) {
      return;
    }
    turns.take();
    outlet.flush();
    if (histories != null && turns.areOpen()) {
      histories.readNext();
    }
  }
}
