package dev.carillon.core;

import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.Notice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rooms of one session: those that it has joined or is joining, the wildcards by which it joins
 * others as they come up, and its inboxes, which it reads from the first message in them on.
 * Confined to the session's shard.
 */
final class Memberships {
  /** The most rooms that one wildcard joins. */
  static final int MAX_MATCHING = 1000;

  /** A wildcard, how its rooms are joined, and which were joined by it. */
  private record Wild(Wildcard wildcard, JoinOptions options, Set<RoomName> rooms) {}

  private final Session session;
  private final Map<RoomName, Joining> rooms = new LinkedHashMap<>(2);

  /** Rooms of the session that was taken up; one shared empty set while there are none. */
  private Set<RoomName> remembered = Collections.emptySet();

  private boolean remembers;

  /** What the session that was taken up had not acknowledged, by room. */
  private Map<RoomName, Unsettled> unsettled = Map.of();

  private @Nullable Map<RoomName, Wild> wildcards;

  /** Where in the order of joining heads are told on from. */
  private int headsFrom;

  /** How many joins wait for the application's word, also those that were left meanwhile. */
  int admissions;

  Memberships(Session session) {
    this.session = session;
  }

  List<RoomName> rooms() {
    return List.copyOf(rooms.keySet());
  }

  boolean isIn(RoomName room) {
    return rooms.containsKey(room);
  }

  @Nullable Joining get(RoomName room) {
    return rooms.get(room);
  }

  /** Its own inboxes are always its to read, those of others never. */
  boolean mayJoin(RoomName room) {
    return room.isInbox() ? owns(room) : session.permissions().mayJoin(room);
  }

  private boolean owns(RoomName inbox) {
    return session.readsInboxes() && inboxes().contains(inbox);
  }

  private List<RoomName> inboxes() {
    String user = session.user().id();
    return List.of(RoomName.GLOBAL, RoomName.ofUser(user), RoomName.ofSession(session.id()));
  }

  // -- Joining and leaving -----------------------------------------------------------------------

  void join(long ref, RoomName room, JoinOptions options) {
    Problem problem = flaw(room, options.from());
    Acks acks = options.acks();
    if (problem == null && acks != null) {
      RoomPolicy policy = session.shard().policies().of(room);
      problem = Claim.flaw(room, policy, session, acks);
    }
    if (problem != null) {
      session.shard().ledger().refused(session, room, problem);
      session.tell(new Notice.Refused(ref, room, problem));
    } else {
      begin(ref, room, options, null);
    }
  }

  private @Nullable Problem flaw(RoomName room, From from) {
    NodeSettings settings = session.shard().settings();
    if (rooms.containsKey(room)) {
      String words = "room " + room + " has been joined already";
      return new Problem(Problem.Reason.ALREADY_JOINED, words);
    }
    if (!mayJoin(room)) {
      return new Problem(Problem.Reason.FORBIDDEN, "not permitted to join room " + room);
    }
    if ((from instanceof From.Last || from instanceof From.Since)
        && session.shard().policies().of(room).history() == RoomPolicy.History.NOBODY) {
      return new Problem(Problem.Reason.FORBIDDEN, "room " + room + " shows no history");
    }
    if (rooms.size() >= settings.maxRoomsPerSession()) {
      String most = "a session may join at most " + rooms.size() + " rooms; leave one first";
      return new Problem(Problem.Reason.TOO_MANY_ROOMS, most);
    }
    if (admissions >= settings.maxRoomsPerSession()) {
      String detail = admissions + " joins wait for the application; wait for their answers";
      return new Problem(Problem.Reason.OVERLOADED, detail);
    }
    return null;
  }

  private void begin(long ref, RoomName room, JoinOptions options, @Nullable Runnable settled) {
    RoomView view = session.shard().view(room);
    Acks acks = options.acks();
    Claim claim = acks == null ? null : new Claim(session, view, acks, unsettled.get(room));
    Joining joining = new Joining(session, view, ref, options, claim, settled);
    rooms.put(view.name(), joining); // the name that all its readers share
    joining.begin(remembered.remove(room));
    session.changed();
  }

  void leave(long ref, RoomName room) {
    leave(ref, room, Ending.LEFT);
  }

  private void leave(long ref, RoomName room, Ending how) {
    if (!unsettled.isEmpty()) {
      unsettled.remove(room);
    }
    Joining joining = rooms.remove(room);
    if (joining == null) {
      String words = "room " + room + " has not been joined";
      session.refuse(ref, room, Problem.Reason.NOT_JOINED, words);
    } else {
      joining.end(true, how);
      session.changed();
      session.tell(new Notice.Left(ref, room, null));
    }
  }

  /** Says something of the session to the members of a room that it has joined. */
  void say(long ref, RoomName room, @Nullable Payload state) {
    Joining joining = rooms.get(room);
    if (joining == null) {
      String words = "room " + room + " has not been joined";
      session.refuse(ref, room, Problem.Reason.NOT_JOINED, words);
    } else if (state != null && state.size() > Session.MAX_STATE_BYTES) {
      String words = "a state of %d bytes is over the limit of %d";
      String detail = words.formatted(state.size(), Session.MAX_STATE_BYTES);
      session.refuse(ref, room, Problem.Reason.TOO_LARGE, detail);
    } else {
      joining.say(new Member(session.id(), session.user(), state));
      session.tell(new Notice.Done(ref, room));
    }
  }

  /** The server takes it out of a room, if it is there, and says why. */
  void expel(RoomName room, String reason) {
    remembered.remove(room);
    Joining joining = rooms.remove(room);
    if (joining != null) {
      joining.end(true, Ending.expelled(reason));
      session.changed();
      session.tell(new Notice.Left(0, room, reason));
    }
  }

  /** Leaves what may not be read any more. */
  void leaveForbidden() {
    for (RoomName room : rooms()) {
      if (!mayJoin(room)) {
        String words = "not permitted to read room " + room + " any more";
        session.refuse(0, room, Problem.Reason.FORBIDDEN, words);
        leave(0, room, Ending.FORBIDDEN);
      }
    }
  }

  /** A join came to nothing; one that nobody asked for is not spoken of. */
  void failed(Joining joining, long ref, Problem problem) {
    RoomName room = joining.view().name();
    rooms.remove(room);
    session.changed();
    if (!joining.isSummoned()) {
      session.shard().ledger().refused(session, room, problem);
      session.tell(new Notice.Refused(ref, room, problem));
    }
  }

  /** So many characters of names are told at once, and the other rooms' heads the next time. */
  private static final int HEADS_CHARS = 8192;

  /** The heads of rooms that have been quiet. */
  Map<RoomName, Long> heads() {
    Map<RoomName, Long> heads = new LinkedHashMap<>(2);
    int at = 0;
    int chars = 0;
    for (Map.Entry<RoomName, Joining> each : rooms.entrySet()) {
      if (at++ < headsFrom) {
        continue;
      }
      if (chars >= HEADS_CHARS) {
        headsFrom = at - 1;
        return heads;
      }
      long head = each.getValue().quietAt();
      if (head >= 0) {
        heads.put(each.getKey(), head);
        chars += each.getKey().value().length();
      }
    }
    headsFrom = 0;
    return heads;
  }

  // -- Wildcards ---------------------------------------------------------------------------------

  void joinMatching(long ref, Wildcard wildcard, JoinOptions options) {
    if (options.acks() != null || options.from() instanceof From.After) {
      throw new IllegalArgumentException("a wildcard cannot be read so: " + options);
    }
    Map<RoomName, Wild> known = wildcards == null ? new LinkedHashMap<>(2) : wildcards;
    wildcards = known;
    RoomName name = wildcard.name();
    if (known.containsKey(name)) {
      String words = wildcard + " has been joined already";
      session.refuse(ref, name, Problem.Reason.ALREADY_JOINED, words);
      return;
    }
    int most = session.shard().settings().maxRoomsPerSession();
    if (known.size() >= most) {
      String words = "a session may join at most " + most + " wildcards; leave one first";
      session.refuse(ref, name, Problem.Reason.TOO_MANY_ROOMS, words);
      return;
    }
    Wild wild = new Wild(wildcard, options, new LinkedHashSet<>());
    known.put(name, wild);
    Shard shard = session.shard();
    shard.summoning().wildcardsChanged(session, known.size() == 1 ? 1 : 0);
    // The list is asked for when this is known: what comes up meanwhile is summoned.
    shard
        .broker()
        .rooms(wildcard, MAX_MATCHING + 1, answer -> shard.post(() -> listed(ref, wild, answer)));
  }

  private void listed(long ref, Wild wild, Broker.Answer<List<RoomName>> answer) {
    Map<RoomName, Wild> known = wildcards;
    RoomName name = wild.wildcard().name();
    if (session.isClosed() || known == null || known.get(name) != wild) {
      return;
    }
    switch (answer) {
      case Broker.Answer.Failed<List<RoomName>>(var problem) -> {
        known.remove(name);
        forgetWildcards(known);
        session.tell(new Notice.Refused(ref, name, problem));
      }
      case Broker.Answer.Done<List<RoomName>>(var found) -> {
        Position nowhere = new Position(new Epoch(0, 0), 0);
        session.tell(new Notice.Joined(ref, name, nowhere, 1, 1, null));
        found.forEach(room -> joinBy(wild, room, () -> {}));
      }
    }
  }

  private void joinBy(Wild wild, RoomName room, Runnable settled) {
    if (rooms.containsKey(room) || !mayJoin(room)) {
      settled.run();
      return;
    }
    boolean shown = session.shard().policies().of(room).history() != RoomPolicy.History.NOBODY;
    JoinOptions options = shown ? wild.options() : wild.options().startingAt(new From.Now());
    Problem flaw = flaw(room, options.from());
    if (wild.rooms().size() >= MAX_MATCHING || flaw != null) {
      if (flaw == null || flaw.reason() == Problem.Reason.TOO_MANY_ROOMS) {
        String words = "%s matches more rooms than the %d that could be joined; %s is not read";
        String detail = words.formatted(wild.wildcard(), wild.rooms().size(), room);
        session.refuse(0, wild.wildcard().name(), Problem.Reason.TOO_MANY_ROOMS, detail);
      }
      settled.run();
      return;
    }
    wild.rooms().add(room);
    begin(0, room, options, settled);
  }

  /** Leaves a wildcard, and the rooms that were joined by it and by no other. */
  void leaveMatching(long ref, Wildcard wildcard) {
    Map<RoomName, Wild> known = wildcards;
    Wild wild = known == null ? null : known.remove(wildcard.name());
    if (known == null || wild == null) {
      String words = wildcard + " has not been joined";
      session.refuse(ref, wildcard.name(), Problem.Reason.NOT_JOINED, words);
      return;
    }
    for (RoomName room : wild.rooms()) {
      Wild other = wildFor(room);
      if (other != null) {
        other.rooms().add(room);
      } else if (rooms.containsKey(room)) {
        leave(0, room);
      }
    }
    forgetWildcards(known);
    session.tell(new Notice.Left(ref, wildcard.name(), null));
  }

  private void forgetWildcards(Map<RoomName, Wild> known) {
    if (known.isEmpty()) {
      wildcards = null;
      session.shard().summoning().wildcardsChanged(session, -1);
    }
  }

  private @Nullable Wild wildFor(RoomName room) {
    Map<RoomName, Wild> known = wildcards;
    if (known != null) {
      for (Wild wild : known.values()) {
        if (wild.wildcard().matches(room)) {
          return wild;
        }
      }
    }
    return null;
  }

  // -- What comes up -----------------------------------------------------------------------------

  /**
   * A room is about to get a message: a session that it is meant for, or that joined it by a
   * wildcard, begins to read.
   *
   * @param settled run once, when the session reads it or never will
   */
  void summoned(RoomName room, Runnable settled) {
    Wild wild = room.isInbox() ? null : wildFor(room);
    if (wild != null) {
      joinBy(wild, room, settled);
    } else if (room.isInbox() && !rooms.containsKey(room) && owns(room)) {
      // One that is remembered, and that the client has not asked for, may be news to it: what told
      // it of the inbox may have been lost with the connection.
      boolean news = remembered.contains(room);
      From from = news ? new From.Since(session.began()) : new From.Now();
      begin(0, room, JoinOptions.from(from), settled);
    } else {
      settled.run();
    }
  }

  // -- The end, and coming back ------------------------------------------------------------------

  /** All of them, also those not joined again yet. */
  List<RoomName> all() {
    Set<RoomName> all = new LinkedHashSet<>(remembered);
    all.addAll(rooms.keySet());
    return List.copyOf(all);
  }

  /** What was not acknowledged, by room, also where it has not been joined again yet. */
  Map<RoomName, Unsettled> unsettled() {
    Map<RoomName, Unsettled> left = new LinkedHashMap<>(0);
    for (RoomName room : remembered) {
      Unsettled before = unsettled.get(room);
      if (before != null) {
        left.put(room, before);
      }
    }
    rooms.forEach(
        (room, joining) -> {
          Claim claim = joining.claim();
          Unsettled now = claim == null ? null : claim.unsettled();
          if (now != null) {
            left.put(room, now);
          }
        });
    return left;
  }

  /** The rooms of the session that was taken up, which the client may join again. */
  void remember(DetachedSession found) {
    remembers = true;
    remembered = new LinkedHashSet<>(found.rooms());
    unsettled = found.unsettled().isEmpty() ? Map.of() : new LinkedHashMap<>(found.unsettled());
    for (RoomName inbox : inboxes()) {
      if (!found.rooms().contains(inbox)) {
        missed(inbox, found.lostAt());
      }
    }
  }

  /** Reads an inbox that was not read before, if something came into it meanwhile. */
  private void missed(RoomName inbox, long since) {
    Shard shard = session.shard();
    shard
        .summoning()
        .ifInUse(
            inbox,
            () -> {
              if (!session.isClosed() && !rooms.containsKey(inbox)) {
                begin(0, inbox, JoinOptions.from(new From.Since(since)), () -> {});
              }
            });
  }

  /** A room could not be joined again; whether there is still time to try once more. */
  boolean keep(RoomName room) {
    if (remembers) {
      remembered.add(room);
    }
    return remembers;
  }

  List<RoomName> unvisited() {
    return new ArrayList<>(remembered);
  }

  /** Rooms not joined again in time are left for good, but for inboxes, which are read anyway. */
  void forgetRemembered() {
    remembers = false;
    List<RoomName> inboxes = remembered.stream().filter(RoomName::isInbox).toList();
    remembered = Collections.emptySet();
    unsettled = Map.of();
    inboxes.forEach(inbox -> missed(inbox, session.began()));
    session.changed();
  }

  void endAll(boolean forGood, Ending how) {
    for (Joining joining : List.copyOf(rooms.values())) {
      joining.end(forGood, how);
    }
    rooms.clear();
    if (wildcards != null) {
      wildcards = null;
      session.shard().summoning().wildcardsChanged(session, -1);
    }
  }
}
