package dev.carillon.server.token;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where keys come from. Safe for use by many threads. */
interface KeySource {
  /** The keys cannot be had now: nothing can be said of any token. */
  final class Unavailable extends Exception {
    private static final long serialVersionUID = 1L;

    Unavailable(String message) {
      super(message);
    }
  }

  /**
   * All keys. May wait for them, within a time limit.
   *
   * @param kid the key that a token names, which is worth asking for again when it is not known; or
   *     null
   */
  List<TokenKey> keys(@Nullable String kid) throws Unavailable;
}
