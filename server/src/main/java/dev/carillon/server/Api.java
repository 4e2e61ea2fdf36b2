package dev.carillon.server;

import dev.carillon.core.spi.Secret;
import dev.carillon.server.settings.BadSetting;
import dev.carillon.server.settings.Change;
import dev.carillon.server.settings.Setting;
import java.util.List;

/**
 * The HTTP API at {@code /api/v1}.
 *
 * @param keys who shows one of them may use it; nobody without
 * @param maxBody the largest request
 * @param maxBatch the most messages in one request
 */
public record Api(
    @Setting(
            value =
                "Keys to the HTTP API, shown as `Authorization: Bearer KEY`. Whoever has one may"
                    + " publish anything to anybody, and ask who got what; without keys nobody may."
                    + " Several, so that one can be replaced without a pause.",
            allowed = "a list of texts of 20 to 200 printable characters")
        List<Secret> keys,
    @Setting(
            value = "The largest request; a larger one is answered 413.",
            allowed = "1 KiB to 64 MiB")
        ByteSize maxBody,
    @Setting(value = "Messages in one request; more are answered 413.", allowed = "1 to 100000")
        int maxBatch) {
  /** What an empty configuration means. */
  public static final Api DEFAULT = new Api(List.of(), ByteSize.mib(1), 1000);

  private static final int MIN_KEY = 20;
  private static final int MAX_KEY = 200;

  /** Checks the values. */
  public Api {
    keys = List.copyOf(keys);
    for (Secret key : keys) {
      String text = key.reveal();
      BadSetting.require(
          text.length() >= MIN_KEY
              && text.length() <= MAX_KEY
              && text.chars().allMatch(c -> c > 0x20 && c < 0x7f),
          "keys",
          "has one of %d characters, must be %d to %d printable ones without spaces"
              .formatted(text.length(), MIN_KEY, MAX_KEY));
    }
    BadSetting.within("maxBody", maxBody, ByteSize.kib(1), ByteSize.mib(64));
    BadSetting.within("maxBatch", maxBatch, 1, 100_000);
  }

  /** The same with other {@code keys}. */
  public Api withKeys(List<Secret> keys) {
    return Change.of(this, "keys", keys);
  }

  /** The same with another {@code maxBody}. */
  public Api withMaxBody(ByteSize maxBody) {
    return Change.of(this, "maxBody", maxBody);
  }

  /** The same with another {@code maxBatch}. */
  public Api withMaxBatch(int maxBatch) {
    return Change.of(this, "maxBatch", maxBatch);
  }
}
