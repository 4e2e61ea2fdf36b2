package dev.carillon.simulator;

import java.util.List;

/** A mistake that somebody could make: what stands in a source, and what stands there then. */
record PlantedBug(String name, boolean quick, List<Edit> edits) {
  record Edit(String path, String found, String planted) {}

  private static final String CORE = "core/src/main/java/dev/carillon/core/";
  private static final String CLIENT = "clients/java/src/main/java/dev/carillon/client/spi/";

  private static PlantedBug quick(String name, String path, String found, String planted) {
    return new PlantedBug(name, true, List.of(new Edit(path, found, planted)));
  }

  private static PlantedBug slow(String name, String path, String found, String planted) {
    return new PlantedBug(name, false, List.of(new Edit(path, found, planted)));
  }

  static final List<PlantedBug> ALL =
      List.of(
          quick(
              "one message is not delivered, and nobody says so",
              CORE + "Reader.java",
              "      next = end;\n",
              "      next = end % 37 == 0 ? end + 1 : end;\n"),
          quick(
              "a publication is acknowledged though the broker could not tell",
              CORE + "RoomHome.java",
              "batch.get(i).reply().answered(results.get(i), readers);",
              "batch.get(i).reply().answered(results.get(i) instanceof Broker.Appended.Failed &&"
                  + " log != null ? new Broker.Appended.Stored(new Position(log.epoch(), log.head()"
                  + " + 1), Broker.Level.MEMORY, false) : results.get(i), readers);"),
          quick(
              "a repeated publication is appended again",
              CORE + "spi/Sequencing.java",
              "      return REPEATED;\n",
              "      return NEXT;\n"),
          quick(
              "a publication is taken whatever it names before it",
              CORE + "spi/Sequencing.java",
              "return stamp.previous() == lastSequence ? NEXT : JUMPED;",
              "return NEXT;"),
          new PlantedBug(
              "the epoch is kept when the broker has forgotten everything",
              false,
              List.of(
                  new Edit(
                      CORE + "RoomHome.java",
                      "if (!current.epoch().equals(epoch)) {",
                      "if (current.head() > 1L << 60) {"),
                  new Edit(
                      CORE + "RoomHome.java",
                      "!current.epoch().equals(extent.epoch()) || extent.head() < current.head()",
                      "current.head() > 1L << 60"))),
          slow(
              "what the feed brought before history was read is dropped",
              CORE + "RoomHome.java",
              "    early.forEach(fed -> take(fed.epoch(), fed.entries()));\n",
              ""),
          quick(
              "leaving is told twice",
              CORE + "RoomPresence.java",
              "      changed(key, member);\n",
              "      changed(key, member);\n      announcements.changed(key + \"/\", member);\n"),
          slow(
              "a volatile room waits for the broker",
              CORE + "spi/DividedBroker.java",
              "VOLATILE ? local : store",
              "VOLATILE && room.isPresence() ? local : store"),
          slow(
              "a reader begins one behind where it should",
              CORE + "Joining.java",
              "Reader arrived = view.add(session, first, filter, acks);",
              "Reader arrived = view.add(session, first + 1, filter, acks);"),
          quick(
              "a frame in which the socket was cut is sent again",
              CORE + "Reader.java",
              "next = moveAfterCut > 0 ? moveAfterCut : next + 1;",
              "next = moveAfterCut > 0 ? moveAfterCut : next;"),
          slow(
              "a frame goes on one byte before where the socket was cut",
              CORE + "Reader.java",
              "    cut = at - segment.start(next);\n",
              "    cut = Math.max(0, at - segment.start(next) - 1);\n"),
          slow(
              "what retention dropped is passed over in silence",
              CORE + "Reader.java",
              "    session.tell(new Notice.Gap(view.name(), view.epoch(), List.of(lost),"
                  + " \"trimmed\"));\n",
              ""),
          slow(
              "a reader is not told that its room has another epoch",
              CORE + "RoomView.java",
              "        reader.session.tell(new Notice.Reset(0, name, old, head, oldest, reason,"
                  + " null));\n",
              ""),
          slow(
              "a feed that was interrupted is not attached again",
              CORE + "RoomHome.java",
              "      views.forEach(view -> shard.tell(view.shard(), () -> view.stale(since)));\n"
                  + "    }\n"
                  + "    attachToBroker();\n",
              "      views.forEach(view -> shard.tell(view.shard(), () -> view.stale(since)));\n"
                  + "    }\n"),
          slow(
              "readers are not told that the feed is whole again",
              CORE + "RoomView.java",
              "    forgive();\n    markDirty();\n",
              "    forgive();\n"),
          slow(
              "presence that could not be announced is not announced later",
              CORE + "Announcements.java",
              "      home.shard().post(this::tryAgain);\n",
              ""),
          slow(
              "a coming or going that is in doubt is told again as another one",
              CORE + "Announcements.java",
              "        if (each.inDoubt && !isRefusedForGood(problem)) {\n",
              "        if (unanswered < 0) {\n"),
          slow(
              "who was shown when nobody could be told is not told to have gone",
              CORE + "RoomPresence.java",
              "    announcements.shown();\n",
              ""),
          slow(
              "a session that waits for its connection never expires",
              CORE + "ResumableSessions.java",
              "if (now - session.since() < ttl) {",
              "if (now - session.since() < ttl << 20) {"),
          slow(
              "a room that nobody reads any more is kept",
              CORE + "RoomView.java",
              "      groups.remove(reader.group);\n",
              ""),
          quick(
              "a subscription goes on one behind what was acknowledged",
              CORE + "Claim.java",
              "new Position(cursor.epoch(), cursor.acked())",
              "new Position(cursor.epoch(), Math.min(view.head(), cursor.acked() + 1))"),
          slow(
              "the lowest message that was sent counts as acknowledged",
              CORE + "AckWindow.java",
              "Math.max(passed, acknowledged) : first.from() - 1;",
              "Math.max(passed, acknowledged) : first.from();"),
          quick(
              "the account of a stay begins one behind where its reader did",
              CORE + "Joining.java",
              "return new Stay(now, first, Stay.NOTHING_STATED);",
              "return new Stay(now, first + 1, Stay.NOTHING_STATED);"),
          slow(
              "what was lost to retention is not noted in the account",
              CORE + "Reader.java",
              "    hole(HoleRing.Why.TRIMMED, lost.from(), lost.to());\n",
              ""),
          quick(
              "the client joins again one behind its position",
              CLIENT + "Reading.java",
              "new Position(epoch, expected - 1)",
              "new Position(epoch, expected)"),
          slow(
              "the client gives a new number to what was not answered",
              CLIENT + "Outbox.java",
              "      publication.inDoubt = true;\n",
              "      publication.inDoubt = true;\n      publication.sequence = 0;\n"),
          quick(
              "the client names a predecessor that comes after what it repeats",
              CLIENT + "Line.java",
              "return Math.min(last, publication.sequence - 1);",
              "return last;"),
          slow(
              "a session that was kept over a crash cannot be claimed",
              CORE + "ResumableSessions.java",
              "Map.of(), kept.current(), kept.previous()",
              "Map.of(), kept.id(), kept.previous()"));

  @Override
  public String toString() {
    return name;
  }
}
