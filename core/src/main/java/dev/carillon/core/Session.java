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
  /** So many full turns of its readers, and then other sessions go on. */
  private static final int TURNS_A_ROUND = 16;

  /** The most bytes that a member may say of itself. */
  public static final int MAX_STATE_BYTES = 4096;

  private final Shard shard;
  private Permissions permissions;
  private final WireForm form;
  private final Outlet outlet;
  private final Conversation conversation;
  private final Publishing publishing;
  private final Memberships memberships;
  private final Turns turns = new Turns();
  private Member self;
  private @Nullable Instant expires;
  private long began;
  private @Nullable String secret;
  private @Nullable String previousSecret;
  private @Nullable Reader unfinished;
  private @Nullable SessionCalls calls;
  private @Nullable Histories histories;
  private boolean blocked;
  private boolean leaving;
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
    String fresh = shard.newSecret();
    secret = ResumableSessions.proof(fresh);
    shard.resumable().attach(this);
    return ResumableSessions.token(shard.number(), id(), fresh);
  }

  /**
   * Becomes the session that a token stands for, before any room was joined: its identifier is
   * taken over and its presence kept, and a connection that still holds it is closed. Rooms are
   * joined again by the client, from the positions it has.
   *
   * @param then told on this shard whether it is so; if not, this session is a new one as before
   */
  public void resume(String token, Consumer<Boolean> then) {
    Integer at = ResumableSessions.shardOf(token, shard.shardCount());
    if (at == null || !memberships.rooms().isEmpty()) {
      then.accept(false);
      return;
    }
    outlet.pauseReading(true); // what the client says next is said in whichever session it gets
    shard.giveUp(
        at,
        token,
        user(),
        found -> {
          if (!closed) {
            outlet.pauseReading(false);
          }
          if (found != null && closed) {
            shard
                .resumable()
                .detach(found); // this connection has gone meanwhile: wait for the next
          } else if (found != null) {
            become(found);
          }
          then.accept(found != null);
        });
  }

  private void become(DetachedSession found) {
    User user = user().guest() ? found.self().user() : user();
    Member taken = new Member(found.self().session(), user, found.self().state());
    shard.changeUser(this, () -> self = taken);
    began = found.began();
    secret = found.current();
    previousSecret = found.previous();
    memberships.remember(found);
    shard.resumable().arrived(this, found.rooms());
  }

  /** What would be left of it without its connection, or null when nobody could come back to it. */
  @Nullable DetachedSession detached() {
    if (secret == null) {
      return null;
    }
    return new DetachedSession(
        self,
        memberships.all(),
        memberships.unsettled(),
        secret,
        previousSecret,
        began,
        shard.now());
  }

  /** Another connection has proved its claim to it: this one is closed and keeps nothing. */
  void takenOver() {
    detach(false);
    outlet.close(Disconnect.TAKEN_OVER, Disconnect.TAKEN_OVER.words());
  }

  Memberships memberships() {
    return memberships;
  }

  /** Its rooms or its user have changed. */
  void changed() {
    if (secret != null) {
      shard.resumable().changed(this);
    }
  }

  boolean isIn(RoomName room) {
    return memberships.isIn(room);
  }

  /** Its own inboxes are always its to read, those of others never. */
  boolean mayJoin(RoomName room) {
    return room.isInbox() ? owns(room) : permissions.mayJoin(room);
  }

  boolean owns(RoomName inbox) {
    return conversation.readsInboxes() && inboxes().contains(inbox);
  }

  List<RoomName> inboxes() {
    return List.of(RoomName.GLOBAL, RoomName.ofUser(user().id()), RoomName.ofSession(id()));
  }

  // -- Commands --------------------------------------------------------------------------------

  /**
   * Joins a room. Answered by {@link Notice.Joined}, {@link Notice.Resumed}, {@link Notice.Reset}
   * or {@link Notice.Refused}.
   *
   * @param presence whether to be given the members, and told when they come and go
   */
  public void join(long ref, RoomName room, From from, boolean presence) {
    join(ref, room, from, presence, null);
  }

  /**
   * Joins a room for the messages that a filter matches; the others are told as {@link
   * Notice.Skipped}.
   *
   * @param filter an expression of the node's {@link dev.carillon.core.spi.Filter.Compiler}, or
   *     null for every message
   */
  public void join(long ref, RoomName room, From from, boolean presence, @Nullable String filter) {
    join(ref, room, from, presence, filter, null);
  }

  /**
   * Joins a room as {@link #join(long, RoomName, From, boolean, String)} does, and says how what
   * comes is acknowledged. Where it was acknowledged before, the reader goes on there, whatever
   * {@code from} says.
   *
   * @param acks null for not at all
   */
  public void join(
      long ref,
      RoomName room,
      From from,
      boolean presence,
      @Nullable String filter,
      @Nullable Acks acks) {
    memberships.join(ref, room, from, presence, filter, acks);
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
   */
  public void joinMatching(
      long ref, Wildcard wildcard, From from, boolean presence, @Nullable String filter) {
    memberships.joinMatching(ref, wildcard, from, presence, filter);
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

  /**
   * Publishes as {@link #publish(long, RoomName, Draft)} does, and has the answer say how many
   * readers were attached.
   */
  public void publishCounting(long ref, RoomName room, Draft draft) {
    publishing.publish(ref, room, draft, true);
  }

  /**
   * Reads a stretch of a room's log. Answered by {@link Notice.History}, {@link Notice.Reset} (the
   * position is from another epoch) or {@link Notice.Refused}.
   *
   * @param from {@link From.Now} gives only the extent
   * @param limit the most entries to give, 1 to 1,000
   */
  public void history(long ref, RoomName room, From from, int limit) {
    history(ref, room, from, limit, false, false);
  }

  /**
   * Reads a stretch of a room's log as {@link #history(long, RoomName, From, int)} does.
   *
   * @param newest whether entries come by falling offset, from the end or from the position, that
   *     one included
   * @param compact whether of each key only the newest message comes; at most the last {@value
   *     HistoryRead#LOOKED_AT} are looked at
   */
  public void history(
      long ref, RoomName room, From from, int limit, boolean newest, boolean compact) {
    Histories own = histories;
    if (own == null) {
      histories = own = new Histories(this);
    }
    own.ask(ref, room, new HistoryRead.Wish(from, limit, newest, compact));
  }

  /**
   * Says something of this session to the members of a room that it has joined. Answered by {@link
   * Notice.Done} or {@link Notice.Refused}.
   *
   * @param state at most {@value #MAX_STATE_BYTES} bytes, or null to take back what was said
   */
  public void state(long ref, RoomName room, @Nullable Payload state) {
    Joining joining = memberships.get(room);
    if (joining == null) {
      refuse(ref, room, Problem.Reason.NOT_JOINED, "room " + room + " has not been joined");
    } else if (state != null && state.size() > MAX_STATE_BYTES) {
      String words = "a state of %d bytes is over the limit of %d";
      String detail = words.formatted(state.size(), MAX_STATE_BYTES);
      refuse(ref, room, Problem.Reason.TOO_LARGE, detail);
    } else {
      joining.say(new Member(id(), user(), state));
      tell(new Notice.Done(ref, room));
    }
  }

  /** Lists who is in a room. Answered by {@link Notice.Members} or {@link Notice.Refused}. */
  public void members(long ref, RoomName room) {
    if (!mayJoin(room)) {
      refuse(ref, room, Problem.Reason.FORBIDDEN, "not permitted to read room " + room);
    } else {
      shard.members(room, roster -> tell(new Notice.Members(ref, room, roster)));
    }
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
    SessionCalls own = calls;
    if (own == null) {
      calls = own = new SessionCalls(this);
    }
    return own;
  }

  // -- The connection --------------------------------------------------------------------------

  /** The connection: its socket takes bytes again. */
  public void writable() {
    if (blocked || histories != null) {
      blocked = false;
      shard.touch(this);
    }
  }

  /** The connection: it is lost. Nothing is told to the session afterwards. */
  public void disconnected() {
    if (!closed) {
      DetachedSession left = detached();
      detach(left == null);
      if (left != null) {
        shard.resumable().detach(left);
      }
    }
  }

  /**
   * The client has ended the session: like {@link #disconnected()}, but nobody comes back to it.
   */
  public void ended() {
    if (!closed) {
      List<RoomName> unvisited = memberships.unvisited();
      shard.resumable().forget(id());
      detach(true);
      unvisited.forEach(room -> shard.memberLeft(room, id()));
    }
  }

  /** The server ends the session: its connection is closed, and nobody comes back to it. */
  void remove(String reason) {
    ended();
    outlet.close(Disconnect.REMOVED, reason);
  }

  private void detach(boolean forGood) {
    closed = true;
    if (calls != null) {
      calls.gone();
    }
    Reader cutOff = unfinished;
    if (cutOff != null) {
      unfinished = null;
      cutOff.letGo();
    }
    turns.clear();
    memberships.endAll(forGood);
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

  /** Gives a reader its turn in this round, or when the socket takes bytes again. */
  void enqueue(Reader reader) {
    if (closed || leaving || !turns.add(reader)) {
      return;
    }
    if (blocked) {
      reader.view.lagging();
    } else {
      shard.touch(this);
    }
  }

  /** Whether a message of high priority waits for it. */
  boolean urgent() {
    return turns.urgent();
  }

  /** A reader is farther behind than its room allows: it is to come back from where it is. */
  void tooSlow(Reader reader) {
    if (!closed && !leaving) {
      shard.slowReaderCounts().count(SlowReaders.Action.DISCONNECT);
      String words = "lag " + reader.written();
      boolean only = memberships.rooms().equals(List.of(reader.view.name()));
      leave(Disconnect.LAG, only ? words : words + " in " + reader.view.name());
    }
  }

  /** How many bytes of renditions its half-sent frame keeps from being freed. */
  public int heldBytes() {
    return unfinished == null ? 0 : unfinished.pinned();
  }

  boolean canBeTold() {
    return conversation.canBeTold();
  }

  /** Whether the socket takes no more. */
  boolean isBlocked() {
    return blocked;
  }

  boolean isLeaving() {
    return leaving;
  }

  private void leave(Disconnect why, String reason) {
    leaving = true;
    turns.clear();
    outlet.close(why, reason);
  }

  /** A reader's frame was cut by the socket, and goes before everything else. */
  void unfinished(Reader reader) {
    unfinished = reader;
  }

  /** The end of the round: everything that waits goes to the socket, as far as it takes it. */
  void deliver() {
    touched = false;
    if (closed) {
      return;
    }
    if (!blocked) {
      blocked = !finishFrame() || !takeTurns();
    }
    outlet.flush();
    if (histories != null && !blocked && !leaving) {
      histories.readNext();
    }
  }

  private boolean finishFrame() {
    Reader reader = unfinished;
    if (reader == null) {
      return true;
    }
    if (!reader.finishFrame()) {
      return false;
    }
    unfinished = null;
    return true;
  }

  private boolean takeTurns() {
    int taken = 0;
    Reader reader;
    while ((reader = turns.next()) != null) {
      switch (reader.deliver()) {
        case DONE -> {}
        case MORE -> {
          turns.add(reader);
          if (++taken == TURNS_A_ROUND) {
            turns.eachLags();
            shard.touch(this); // then it is the turn of other sessions
            return true;
          }
        }
        case BLOCKED -> {
          turns.addFirst(reader);
          turns.eachLags();
          return false;
        }
      }
    }
    return true;
  }
}
