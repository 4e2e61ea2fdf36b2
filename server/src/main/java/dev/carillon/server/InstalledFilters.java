package dev.carillon.server;

import dev.carillon.core.spi.Filter;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The filter language that is installed beside core's own, loaded when the first expression needs
 * it. Safe for use by many threads.
 */
final class InstalledFilters implements Filter.Compiler {
  private final ServiceLoader.Provider<Filter.Compiler> provider;
  private Filter.@Nullable Compiler loaded;

  private InstalledFilters(ServiceLoader.Provider<Filter.Compiler> provider) {
    this.provider = provider;
  }

  /** The first that is found, or null when none is installed. */
  static Filter.@Nullable Compiler find() {
    return ServiceLoader.load(Filter.Compiler.class).stream()
        .findFirst()
        .map(InstalledFilters::new)
        .orElse(null);
  }

  @Override
  public void compile(
      String expression, Map<String, Object> claims, Consumer<Filter.Compiled> answer) {
    compiler().compile(expression, claims, answer);
  }

  private synchronized Filter.Compiler compiler() {
    Filter.Compiler known = loaded;
    if (known == null) {
      known = provider.get();
      loaded = known;
    }
    return known;
  }
}
