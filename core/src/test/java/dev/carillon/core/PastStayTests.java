package dev.carillon.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PastStayTests {
  private static final RoomName ROOM = RoomName.of("a");
  private static final Epoch EPOCH = new Epoch(1, 2);

  @Test
  void whatIsPackedComesOutAsItWentIn() {
    Random random = new Random(1);
    Ending[] endings = {Ending.LEFT, Ending.LOST, Ending.LAGGED, Ending.TAKEN_OVER, Ending.ENDED};
    for (int i = 0; i < 10_000; i++) {
      long first = number(random);
      long at = number(random);
      Stay stay = new Stay(number(random), first, random.nextInt(-2, 3));
      User user = new User("u" + i, random.nextBoolean());
      Account account =
          new Account(
              "s" + i,
              user,
              number(random),
              ROOM,
              EPOCH,
              stay,
              first - 1 + random.nextInt(1000),
              random.nextBoolean() ? 0 : number(random),
              null,
              null,
              endings[random.nextInt(endings.length)],
              "",
              at);

      PastStay past = PastStay.of(account);

      assertThat(past.bytes()).isLessThan(account.bytes() / 2);
      assertThat(past.at()).isEqualTo(at);
      assertThat(past.account("s" + i, ROOM)).usingRecursiveComparison().isEqualTo(account);
    }
  }

  /** Anything from 0 to the largest, the small ones as often as the large. */
  private static long number(Random random) {
    return random.nextLong() >>> random.nextInt(1, 64);
  }

  @ParameterizedTest
  @ValueSource(strings = {"z", "Zoë", "\u20ac", "\ud83d\ude00"})
  void theLongestNamesFit(String letter) {
    String id = letter.repeat(200 / letter.length());
    Account account = account(new User(id), Ending.LEFT, null);

    assertThat(PastStay.of(account).account("s", ROOM))
        .usingRecursiveComparison()
        .isEqualTo(account);
  }

  @Test
  void whatSaysMoreIsKeptWhole() {
    Account claims = account(new User("u", false, Map.of("team", 1L)), Ending.LEFT, null);
    Account words = account(new User("u"), Ending.expelled("rude"), null);
    Account owed = account(new User("u"), Ending.LOST, new Account.Owed("jobs", 3, 5, 2, 4));

    for (Account each : new Account[] {claims, words, owed}) {
      assertThat(PastStay.of(each).account("s", ROOM)).isSameAs(each);
    }
  }

  private static Account account(User user, Ending ending, Account.@Nullable Owed owed) {
    Stay stay = new Stay(2_000, 3, Stay.RESET);
    return new Account("s", user, 1_000, ROOM, EPOCH, stay, 9, 0, null, owed, ending, "", 3_000);
  }
}
