package dev.carillon.transport;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Linux's own {@code send}, called as a foreign function: between a slice and its socket there is
 * neither Netty nor JNI, and a slice on the heap is not copied first. Safe for use by many threads.
 *
 * <p>Linking it takes a tenth of a second, so that is done beside a server which serves already.
 * Until then Netty writes, and always where the function is not to be had: on other systems,
 * without {@code --enable-native-access}, and with {@code -Dcarillon.directSend=false}.
 */
final class DirectSend {
  /** MSG_DONTWAIT, MSG_NOSIGNAL: it never waits, and a peer that is gone raises no signal. */
  private static final int FLAGS = 0x40 | 0x4000;

  private static final boolean WANTED =
      Boolean.parseBoolean(System.getProperty("carillon.directSend", "true"));

  private static volatile boolean ready;

  private DirectSend() {}

  /** A constant, so that a call of it is compiled in place. */
  private static final class Linked {
    static final @Nullable MethodHandle SEND = link();

    @SuppressWarnings("restricted") // prepare() asks whether it may
    private static @Nullable MethodHandle link() {
      Linker linker = Linker.nativeLinker();
      return linker
          .defaultLookup()
          .find("send")
          .map(
              symbol ->
                  linker.downcallHandle(
                      symbol,
                      FunctionDescriptor.of(
                          ValueLayout.JAVA_LONG,
                          ValueLayout.JAVA_INT,
                          ValueLayout.ADDRESS,
                          ValueLayout.JAVA_LONG,
                          ValueLayout.JAVA_INT),
                      // As it does not wait, the thread need not say that it is outside of Java.
                      Linker.Option.critical(true)))
          .orElse(null);
    }
  }

  /** Links the function, where it may be: then it is used, by whatever is connected already too. */
  static void prepare() {
    // The access is asked about first, as Java prints a warning to whoever just takes it.
    boolean linux = System.getProperty("os.name").equals("Linux");
    if (WANTED && linux && DirectSend.class.getModule().isNativeAccessEnabled()) {
      ready = Linked.SEND != null;
    }
  }

  /** Switches it off, or on again, for tests. */
  static void use(boolean direct) {
    ready = direct && Linked.SEND != null;
  }

  /** Whether {@link #send} can be called. */
  static boolean isReady() {
    return ready;
  }

  /**
   * Sends what is between position and limit, as much of it as the socket takes now.
   *
   * @return how many bytes were taken; 0 also when the socket is broken, which Netty finds out when
   *     it is given the rest
   */
  static int send(int descriptor, ByteBuffer bytes) {
    MethodHandle send = Linked.SEND;
    if (send == null) {
      return 0;
    }
    try {
      MemorySegment segment = MemorySegment.ofBuffer(bytes);
      long sent = (long) send.invokeExact(descriptor, segment, segment.byteSize(), FLAGS);
      return (int) Math.max(sent, 0);
    } catch (Error | RuntimeException fault) {
      throw fault;
    } catch (Throwable impossible) {
      throw new IllegalStateException("send throws nothing", impossible);
    }
  }
}
