package dev.carillon.transport;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/**
 * Unpredictable numbers, fetched from the system's generator a kilobyte at a time (RFC 6455 10.3
 * wants masks that nobody can foresee). Confined to one loop.
 */
final class SecureMasks implements RandomGenerator {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final SecureRandom source = new SecureRandom();
  private final byte[] pool = new byte[1024];
  private int used = pool.length;

  @Override
  public long nextLong() {
    if (used == pool.length) {
      source.nextBytes(pool);
      used = 0;
    }
    long next = (long) LONGS.get(pool, used);
    used += Long.BYTES;
    return next;
  }
}
