package dev.carillon.core;

import dev.carillon.core.spi.Authenticator;
import dev.carillon.core.spi.Conversation;
import dev.carillon.core.spi.Notice;
import dev.carillon.core.spi.Outlet;
import dev.carillon.core.spi.Permissions;
import dev.carillon.core.spi.WireForm;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private final Map<RoomName, Joining> rooms = new LinkedHashMap<>(2);
  private final Turns turns = new Turns();
  private final Set<RoomName> remembered = new LinkedHashSet<>(0);
  private Member self;
  private @Nullable Instant expires;
  private @Nullable String secret;
  private @Nullable String previousSecret;
  private @Nullable Reader unfinished;
  private @Nullable SessionCalls calls;
  private boolean blocked;
  private boolean leaving;
  private boolean closed;

  /** Where it stands among its shard's sessions, and whether it has a turn in this round. */
  int index;

  /** How many joins wait for the application's word, also those that were left meanwhile. */
  int admissions;

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
  }

  /** Unique among the sessions of all nodes. */
  public String id() {
    return self.session();
  }

  /** Who it belongs to. */
  public User user() {
    return self.user();
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
    for (RoomName room : rooms()) {
      if (!permissions.mayJoin(room)) {
        leaveUnasked(room);
      }
    }
    return true;
  }

  private void leaveUnasked(RoomName room) {
    refuse(0, room, Problem.Reason.FORBIDDEN, "not permitted to read room " + room + " any more");
    leave(0, room);
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
    return List.copyOf(rooms.keySet());
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

  // -- Resuming --------------------------------------------------------------------------------

  /**
   * Makes a token with which a later connection takes this session up again, within its time to
   * live after the loss of this one. Each token is for one use; the one by which this session was
   * taken up itself stays good until this one is used.
   */
  public String resumeToken() {
    String fresh = shard.newSecret();
    secret = fresh;
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
    if (at == null || !rooms.isEmpty()) {
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
    self = new Member(found.self().session(), user, found.self().state());
    secret = found.current();
    previousSecret = found.previous();
    remembered.addAll(found.rooms());
    shard.resumable().arrived(this, found.rooms());
  }

  /** What would be left of it without its connection, or null when nobody could come back to it. */
  @Nullable DetachedSession detached() {
    if (secret == null) {
      return null;
    }
    Set<RoomName> all = new LinkedHashSet<>(remembered);
    all.addAll(rooms.keySet());
    return new DetachedSession(self, List.copyOf(all), secret, previousSecret);
  }

  /** Another connection has proved its claim to it: this one is closed and keeps nothing. */
  void takenOver() {
    detach(false);
    outlet.close(Disconnect.TAKEN_OVER, Disconnect.TAKEN_OVER.words());
  }

  boolean isIn(RoomName room) {
    return rooms.containsKey(room);
  }

  /** Rooms not joined again in time are left for good. */
  void forgetRemembered() {
    remembered.clear();
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
    if (rooms.containsKey(room)) {
      refuse(ref, room, Problem.Reason.ALREADY_JOINED, "room " + room + " has been joined already");
    } else if (!permissions.mayJoin(room)) {
      refuse(ref, room, Problem.Reason.FORBIDDEN, "not permitted to join room " + room);
    } else if ((from instanceof From.Last || from instanceof From.Since)
        && shard.policies().of(room).history() == RoomPolicy.History.NOBODY) {
      refuse(ref, room, Problem.Reason.FORBIDDEN, "room " + room + " shows no history");
    } else if (rooms.size() >= shard.settings().maxRoomsPerSession()) {
      String most = "a session may join at most " + rooms.size() + " rooms; leave one first";
      refuse(ref, room, Problem.Reason.TOO_MANY_ROOMS, most);
    } else if (admissions >= shard.settings().maxRoomsPerSession()) {
      String detail = admissions + " joins wait for the application; wait for their answers";
      refuse(ref, room, Problem.Reason.OVERLOADED, detail);
    } else {
      Joining joining = new Joining(this, shard.view(room), ref, from, presence, filter);
      rooms.put(room, joining);
      remembered.remove(room);
      joining.begin();
    }
  }

  /** Leaves a room. Answered by {@link Notice.Left} or {@link Notice.Refused}. */
  public void leave(long ref, RoomName room) {
    Joining joining = rooms.remove(room);
    if (joining == null) {
      refuse(ref, room, Problem.Reason.NOT_JOINED, "room " + room + " has not been joined");
    } else {
      joining.end(true);
      tell(new Notice.Left(ref, room, null));
    }
  }

  /** The server takes it out of a room, if it is there, and says why: removed, closed. */
  void expel(RoomName room, String reason) {
    remembered.remove(room);
    Joining joining = rooms.remove(room);
    if (joining != null) {
      joining.end(true);
      tell(new Notice.Left(0, room, reason));
    }
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
    if (!permissions.mayJoin(room)) {
      refuse(ref, room, Problem.Reason.FORBIDDEN, "not permitted to read room " + room);
    } else if (!mayReadHistory(ref, room)) {
      return;
    } else if (limit < 1 || limit > 1000) {
      refuse(ref, room, Problem.Reason.BAD_MESSAGE, "limit is " + limit + ", must be 1 to 1000");
    } else {
      new HistoryRead(this, ref, room, from, limit).begin();
    }
  }

  private boolean mayReadHistory(long ref, RoomName room) {
    return switch (shard.policies().of(room).history()) {
      case ANYONE -> true;
      case MEMBERS -> {
        if (!rooms.containsKey(room)) {
          String words = "the history of room " + room + " is for those who have joined it";
          refuse(ref, room, Problem.Reason.NOT_JOINED, words);
        }
        yield rooms.containsKey(room);
      }
      case NOBODY -> {
        refuse(ref, room, Problem.Reason.FORBIDDEN, "room " + room + " shows no history");
        yield false;
      }
    };
  }

  /**
   * Says something of this session to the members of a room that it has joined. Answered by {@link
   * Notice.Done} or {@link Notice.Refused}.
   *
   * @param state at most {@value #MAX_STATE_BYTES} bytes, or null to take back what was said
   */
  public void state(long ref, RoomName room, @Nullable Payload state) {
    Joining joining = rooms.get(room);
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
    if (!permissions.mayJoin(room)) {
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
    if (blocked) {
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
      List<RoomName> unvisited = List.copyOf(remembered);
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
    for (Joining joining : List.copyOf(rooms.values())) {
      joining.end(forGood);
    }
    rooms.clear();
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

  /** A join came to nothing. */
  void joinFailed(Joining joining, long ref, Problem problem) {
    rooms.remove(joining.view().name());
    tell(new Notice.Refused(ref, joining.view().name(), problem));
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
      boolean only = rooms.size() == 1 && rooms.containsKey(reader.view.name());
      leave(Disconnect.LAG, only ? words : words + " in " + reader.view.name());
    }
  }

  boolean canBeTold() {
    return conversation.canBeTold();
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
