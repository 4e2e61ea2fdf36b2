package dev.carillon.protocol.carillon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Draft;
import dev.carillon.core.Payload;
import dev.carillon.core.Retention;
import dev.carillon.core.RoomPolicy;
import dev.carillon.core.SlowReaders;
import dev.carillon.testkit.TestNode;
import dev.carillon.wire.FromServer;
import dev.carillon.wire.Member;
import dev.carillon.wire.PresenceEvent;
import dev.carillon.wire.Range;
import dev.carillon.wire.ServerMessage;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a room's policy allows, as a client sees it. */
class PolicyTests {
  private static final RoomPolicy USUAL = RoomPolicy.DEFAULT;

  private TestNode node = new TestNode();

  @AfterEach
  void close() {
    node.close();
  }

  private void rooms(RoomPolicy policy) {
    node.close();
    node = new TestNode(2, room -> policy, "memory");
  }

  private static RoomPolicy policy(
      RoomPolicy.Delivery delivery,
      RoomPolicy.Presence presence,
      RoomPolicy.Creation creation,
      RoomPolicy.History history,
      RoomPolicy.OnJoin onJoin) {
    return new RoomPolicy(
        delivery,
        Retention.DEFAULT,
        SlowReaders.DEFAULT,
        presence,
        creation,
        history,
        onJoin,
        RoomPolicy.Limits.DEFAULT,
        true);
  }

  private static RoomPolicy history(RoomPolicy.History history) {
    return policy(USUAL.delivery(), USUAL.presence(), USUAL.creation(), history, USUAL.onJoin());
  }

  private static RoomPolicy presence(RoomPolicy.Presence.Mode mode, int countsAbove) {
    return USUAL.withPresence(new RoomPolicy.Presence(mode, countsAbove));
  }

  private Dialogue client(String user) {
    return Dialogue.connected(node, user);
  }

  private Dialogue watcher(String user) {
    Dialogue watcher = client(user).says("{'op':'join','id':2,'room':'r','presence':true}");
    watcher.hears();
    return watcher;
  }

  private void publish(String text) {
    node.publish("r", Draft.of(Payload.text(text)));
  }

  private static List<String> texts(List<FromServer> heard) {
    return heard.stream()
        .filter(ServerMessage.Message.class::isInstance)
        .map(message -> ((ServerMessage.Message) message).entry().payload().string())
        .toList();
  }

  private static List<ServerMessage.Presence> presence(List<FromServer> heard) {
    return heard.stream()
        .filter(ServerMessage.Presence.class::isInstance)
        .map(ServerMessage.Presence.class::cast)
        .toList();
  }

  private static Member member(ServerMessage.Presence event) {
    return Objects.requireNonNull(event.member());
  }

  @Test
  void publishedSaysHowManyReadersWereAttachedOnAllShards() {
    client("ann").says("{'op':'join','room':'r'}");
    client("bob").says("{'op':'join','room':'r'}");
    Dialogue cleo = client("cleo").says("{'op':'join','room':'r'}");
    cleo.hears();
    cleo.says("{'op':'publish','id':3,'room':'r','type':'text','data':'x','readers':true}");

    assertThat(cleo.hears())
        .filteredOn(ServerMessage.Published.class::isInstance)
        .singleElement()
        .extracting(message -> ((ServerMessage.Published) message).readers())
        .isEqualTo(3L);
  }

  @Test
  void aSessionThatPublishesTooFastIsToldWhenToTryAgainAndThenMay() {
    rooms(USUAL.withLimits(new RoomPolicy.Limits(10, 1 << 20, 2)));
    Dialogue ann = client("ann");
    String publish = "{'op':'publish','id':3,'room':'r','type':'text','data':'x'}";
    ann.says(publish).says(publish);
    assertThat(ann.hears()).allMatch(ServerMessage.Published.class::isInstance).hasSize(2);

    var problem = ann.says(publish).answer(ServerMessage.Rejected.class).problem();
    assertThat(problem.code()).isEqualTo("rate_limited");
    assertThat(problem.retryable()).isTrue();
    assertThat(problem.retryAfter()).isEqualTo(500L);

    node.clock().advance(Duration.ofMillis(500));
    ann.says(publish).answer(ServerMessage.Published.class);
  }

  @Test
  void aFullRoomRefusesFurtherMembersUntilOneLeaves() {
    rooms(USUAL.withLimits(new RoomPolicy.Limits(2, 1 << 20, 0)));
    Dialogue ann = client("ann").says("{'op':'join','room':'r'}");
    client("bob").says("{'op':'join','room':'r'}");
    Dialogue cleo = client("cleo");

    assertThat(cleo.says("{'op':'join','id':2,'room':'r'}").error()).isEqualTo("room_full");
    ann.connection().vanish();
    node.settle();
    cleo.says("{'op':'join','id':3,'room':'r'}").answer(ServerMessage.Joined.class);
  }

  @Test
  void aRoomThatOnlyTheServerMakesIsNotThereBeforeItHas() {
    rooms(
        policy(
            USUAL.delivery(),
            USUAL.presence(),
            RoomPolicy.Creation.SERVER,
            USUAL.history(),
            USUAL.onJoin()));
    Dialogue ann = client("ann");

    assertThat(ann.says("{'op':'join','id':2,'room':'r'}").error()).isEqualTo("no_such_room");
    ann.says("{'op':'publish','id':3,'room':'r','type':'text','data':'x'}");
    assertThat(ann.answer(ServerMessage.Rejected.class).problem().code()).isEqualTo("no_such_room");

    publish("made");
    ann.says("{'op':'join','id':4,'room':'r'}").answer(ServerMessage.Joined.class);
    ann.says("{'op':'publish','id':5,'room':'r','type':'text','data':'x'}");
    assertThat(ann.hears()).anyMatch(ServerMessage.Published.class::isInstance);
  }

  @Test
  void historyForMembersIsReadByThoseWhoHaveJoined() {
    rooms(history(RoomPolicy.History.MEMBERS));
    publish("a");
    Dialogue ann = client("ann");

    assertThat(ann.says("{'op':'history','id':2,'room':'r'}").error()).isEqualTo("not_joined");
    ann.says("{'op':'join','id':3,'room':'r'}").hears();
    ann.says("{'op':'history','id':4,'room':'r'}").answer(ServerMessage.History.class);
  }

  @Test
  void historyForNobodyIsNotReadByJoiningEither() {
    rooms(history(RoomPolicy.History.NOBODY));
    publish("a");
    Dialogue ann = client("ann");

    assertThat(ann.says("{'op':'history','id':2,'room':'r'}").error()).isEqualTo("forbidden");
    assertThat(ann.says("{'op':'join','id':3,'room':'r','last':1}").error()).isEqualTo("forbidden");
    assertThat(ann.says("{'op':'join','id':3,'room':'r','since':0}").error())
        .isEqualTo("forbidden");
    ann.says("{'op':'join','id':3,'room':'r'}").answer(ServerMessage.Joined.class);
  }

  @Test
  void whoComesBackToARoomWithoutHistoryMissesNothing() {
    rooms(history(RoomPolicy.History.NOBODY));
    publish("a");
    Dialogue ann = client("ann").says("{'op':'join','id':2,'room':'r'}");
    String epoch = ann.answer(ServerMessage.Joined.class).epoch();
    publish("b");
    Dialogue back = client("ann");
    back.says("{'op':'join','id':2,'room':'r','from':{'epoch':'" + epoch + "','offset':1}}");

    assertThat(texts(back.hears())).containsExactly("b");
  }

  @Test
  void theLastMessageComesOnJoiningWhereTheRoomSaysSo() {
    rooms(
        policy(
            USUAL.delivery(),
            USUAL.presence(),
            USUAL.creation(),
            USUAL.history(),
            RoomPolicy.OnJoin.LAST));
    publish("a");
    publish("b");

    Dialogue ann = client("ann").says("{'op':'join','id':2,'room':'r'}");
    assertThat(texts(ann.hears())).containsExactly("b");
  }

  @Test
  void theLatestOfEachKeyComesOnJoiningAndTheOthersAreTold() {
    rooms(
        policy(
            USUAL.delivery(),
            USUAL.presence(),
            USUAL.creation(),
            USUAL.history(),
            RoomPolicy.OnJoin.LATEST));
    Dialogue feed = client("feed");
    for (String key : List.of("a", "b", "a", "c", "b")) {
      feed.says(
          "{'op':'publish','room':'r','type':'text','data':'%s','key':'%s'}".formatted(key, key));
    }
    publish("no key");

    List<FromServer> heard = client("ann").says("{'op':'join','id':2,'room':'r'}").hears();
    assertThat(texts(heard)).containsExactly("a", "c", "b", "no key");
    assertThat(heard.get(1)).isInstanceOf(ServerMessage.Resumed.class);
    assertThat(heard)
        .filteredOn(ServerMessage.Gap.class::isInstance)
        .singleElement()
        .satisfies(
            gap -> {
              assertThat(((ServerMessage.Gap) gap).ranges()).containsExactly(new Range(1, 2));
              assertThat(((ServerMessage.Gap) gap).reason()).isEqualTo("conflated");
            });

    feed.says("{'op':'publish','room':'r','type':'text','data':'b2','key':'b'}");
    Dialogue bob = client("bob").says("{'op':'join','id':2,'room':'r'}");
    assertThat(texts(bob.hears())).as("a moment later").contains("a", "c", "no key", "b2");
    Dialogue eve = client("eve").says("{'op':'join','id':2,'room':'r','last':2}");
    assertThat(texts(eve.hears())).as("who says where to begin").containsExactly("no key", "b2");
  }

  @Test
  void aVolatileRoomKeepsNothing() {
    rooms(
        policy(
            RoomPolicy.Delivery.VOLATILE,
            USUAL.presence(),
            USUAL.creation(),
            USUAL.history(),
            USUAL.onJoin()));
    publish("a");

    Dialogue ann = client("ann").says("{'op':'join','id':2,'room':'r','last':5}");
    assertThat(texts(ann.hears())).isEmpty();
    publish("b");
    assertThat(texts(ann.hears())).containsExactly("b");
  }

  @Test
  void connectionsOfOneUserAreOneMemberWhereUsersAreShown() {
    rooms(presence(RoomPolicy.Presence.Mode.USERS, 100));
    Dialogue watcher = watcher("zoe");
    Dialogue first = client("ann").says("{'op':'join','room':'r'}");
    Dialogue second = client("ann").says("{'op':'join','room':'r'}");
    second.says("{'op':'state','room':'r','type':'json','data':1}");
    first.says("{'op':'leave','room':'r'}");
    second.says("{'op':'leave','room':'r'}");

    List<ServerMessage.Presence> told = presence(watcher.hears());
    assertThat(told.stream().map(ServerMessage.Presence::event))
        .containsExactly(PresenceEvent.JOIN, PresenceEvent.STATE, PresenceEvent.LEAVE);
    assertThat(told.stream().map(event -> member(event).session()).distinct()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"FULL", "USERS"})
  void aRosterSaysWhichChangesItContains(RoomPolicy.Presence.Mode mode) {
    rooms(presence(mode, 100));
    Dialogue watcher = watcher("zoe");
    client("ann").says("{'op':'join','room':'r'}");
    List<ServerMessage.Presence> told = presence(watcher.hears());

    var members =
        watcher.says("{'op':'members','id':3,'room':'r'}").answer(ServerMessage.Members.class);
    assertThat(members.roster().count()).isEqualTo(2);
    assertThat(members.roster().offset()).isEqualTo(told.getLast().offset());
  }

  @Test
  void aRoomThatCountsTellsHowManyAtMostOnceASecond() {
    rooms(presence(RoomPolicy.Presence.Mode.COUNTS, 100));
    Dialogue watcher = watcher("zoe");
    node.advance(Duration.ofSeconds(2));
    watcher.hears();
    for (int i = 0; i < 5; i++) {
      client("user" + i).says("{'op':'join','room':'r'}");
    }
    node.advance(Duration.ofSeconds(2));

    List<ServerMessage.Presence> told = presence(watcher.hears());
    assertThat(told).hasSizeLessThanOrEqualTo(2).allMatch(event -> event.member() == null);
    assertThat(told.getLast().count()).isEqualTo(6L);
    var members =
        watcher.says("{'op':'members','id':3,'room':'r'}").answer(ServerMessage.Members.class);
    assertThat(members.roster().members()).isEmpty();
    assertThat(members.roster().count()).isEqualTo(6);
  }

  @Test
  void manyMembersAreCountedAndFewAreShownAgain() {
    int most = 4;
    rooms(presence(RoomPolicy.Presence.Mode.FULL, most));
    Dialogue watcher = watcher("zoe");
    List<Dialogue> others =
        java.util.stream.IntStream.range(0, most)
            .mapToObj(i -> client("user" + i).says("{'op':'join','room':'r'}"))
            .toList();
    node.advance(Duration.ofSeconds(2));
    List<ServerMessage.Presence> told = presence(watcher.hears());
    assertThat(told.getLast().event()).isEqualTo(PresenceEvent.COUNT);
    assertThat(told.getLast().count()).isEqualTo(most + 1L);

    for (int i = 0; i < 3; i++) {
      others.get(i).says("{'op':'leave','room':'r'}");
    }
    node.advance(Duration.ofSeconds(2));
    List<ServerMessage.Presence> again = presence(watcher.hears());
    assertThat(again.stream().filter(event -> event.event() == PresenceEvent.JOIN).toList())
        .extracting(event -> member(event).user())
        .containsExactly("zoe", "user3");
  }
}
