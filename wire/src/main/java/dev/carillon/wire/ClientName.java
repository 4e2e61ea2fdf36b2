package dev.carillon.wire;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What program a client is; for operators, never for decisions.
 *
 * @param name the program's or library's name
 * @param version its version
 */
public record ClientName(String name, @Nullable String version) {
  public ClientName {
    Objects.requireNonNull(name, "name");
  }
}
