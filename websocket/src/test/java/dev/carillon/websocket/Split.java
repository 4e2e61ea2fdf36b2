package dev.carillon.websocket;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** How a stream of bytes is cut into reads. */
enum Split {
  WHOLE,
  BYTE_BY_BYTE,
  RANDOM;

  /** Changes with the build; printed by whoever fails. */
  static final long SEED = Long.getLong("carillon.test.seed", 20261122L);

  List<byte[]> cut(byte[] bytes) {
    if (this == WHOLE) {
      return List.of(bytes);
    }
    var random = new Random(SEED ^ Arrays.hashCode(bytes));
    var reads = new ArrayList<byte[]>();
    int at = 0;
    while (at < bytes.length) {
      int most = Math.min(bytes.length - at, 1 << random.nextInt(10));
      int n = this == BYTE_BY_BYTE ? 1 : 1 + random.nextInt(most);
      reads.add(Arrays.copyOfRange(bytes, at, at + n));
      at += n;
    }
    return reads;
  }
}
