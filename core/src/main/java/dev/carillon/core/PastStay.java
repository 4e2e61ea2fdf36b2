package dev.carillon.core;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The account of a stay that is over, kept in as few objects and bytes as it can be: there may be
 * hundreds of thousands, and each is looked at when garbage is collected. What says nothing beyond
 * who, when and how far is packed. Confined to the shard.
 */
abstract sealed class PastStay {
  /** The one before it, of the same session and room. */
  @Nullable PastStay before;

  /** When the newest of those before it ended that were dropped; 0 when none was. */
  long forgottenUntil;

  static PastStay of(Account account) {
    return Packed.holds(account) ? new Packed(account) : new Whole(account);
  }

  /** What was kept of a session's stay in a room. */
  abstract Account account(String session, RoomName room);

  /** When it ended, milliseconds since 1970. */
  abstract long at();

  /** What it weighs without the one before it, in bytes. */
  abstract int bytes();

  private static final class Whole extends PastStay {
    private final Account account;

    Whole(Account account) {
      this.account = account;
    }

    @Override
    Account account(String session, RoomName room) {
      return account;
    }

    @Override
    long at() {
      return account.at();
    }

    @Override
    int bytes() {
      return 24 + account.bytes();
    }
  }

  /** Lost nothing, wished for nothing, acknowledged nothing, and its user has no claims. */
  private static final class Packed extends PastStay {
    /** The object, the array's head, and what rounding costs. */
    private static final int BYTES = 32 + 16 + 4;

    private static final int MOST_ID_BYTES = 3 * 200;
    private static final int MOST_NUMBER_BYTES = 10;
    private static final int NUMBERS = 8;
    private static final Ending.Kind[] KINDS = Ending.Kind.values();

    private final Epoch epoch;

    /** When it ended, then the rest, which is measured from there where it is a time. */
    private final byte[] packed;

    static boolean holds(Account account) {
      return account.user().claims().isEmpty()
          && account.stay().holeBytes() == 0
          && account.wish() == null
          && account.owed() == null
          && account.ending().words().isEmpty()
          && account.waits().isEmpty();
    }

    Packed(Account account) {
      epoch = account.epoch();
      User user = account.user();
      Stay stay = account.stay();
      byte[] id = user.id().getBytes(StandardCharsets.UTF_8);
      ByteBuffer to = ByteBuffer.allocate(2 + MOST_ID_BYTES + NUMBERS * MOST_NUMBER_BYTES);
      put(to, account.at());
      to.put((byte) (user.guest() ? 1 : 0)).put((byte) account.ending().kind().ordinal());
      put(to, account.at() - stay.since());
      put(to, account.at() - account.began());
      put(to, stay.first());
      put(to, stay.stated());
      put(to, account.sent() - stay.first());
      put(to, account.keptFrom());
      to.put(id);
      packed = Arrays.copyOf(to.array(), to.position());
    }

    @Override
    Account account(String session, RoomName room) {
      ByteBuffer from = ByteBuffer.wrap(packed);
      long at = get(from);
      boolean guest = from.get() == 1;
      Ending ending = new Ending(KINDS[from.get()], "");
      long since = at - get(from);
      long began = at - get(from);
      long first = get(from);
      Stay stay = new Stay(since, first, get(from));
      long sent = first + get(from);
      long keptFrom = get(from);
      String id = StandardCharsets.UTF_8.decode(from).toString();
      User user = new User(id, guest, Map.of());
      return new Account(
          session, user, began, room, epoch, stay, sent, keptFrom, null, null, ending, "", at);
    }

    @Override
    long at() {
      return get(ByteBuffer.wrap(packed));
    }

    @Override
    int bytes() {
      return BYTES + packed.length;
    }

    /** Small numbers of either sign in few bytes: seven bits each, the lowest first. */
    private static void put(ByteBuffer to, long number) {
      long rest = number << 1 ^ number >> 63;
      while ((rest & ~0x7FL) != 0) {
        to.put((byte) (rest | 0x80));
        rest >>>= 7;
      }
      to.put((byte) rest);
    }

    private static long get(ByteBuffer from) {
      long number = 0;
      int shift = 0;
      byte next;
      do {
        next = from.get();
        number |= (next & 0x7FL) << shift;
        shift += 7;
      } while (next < 0);
      return number >>> 1 ^ -(number & 1);
    }
  }
}
