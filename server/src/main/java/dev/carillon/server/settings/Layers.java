package dev.carillon.server.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Sources of settings laid over each other, the later over the earlier, and bound to a record at
 * the end. Confined to the thread that uses it.
 *
 * @param <R> the root record
 */
public final class Layers<R extends Record> {
  private final Class<R> type;
  private final R defaults;
  private final List<Flaw> flaws = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private Tree.Section root = Tree.Section.empty(new Place("configuration", 0));

  /**
   * What came out.
   *
   * @param value the record; where something is wrong, with the default instead
   * @param flaws all that is wrong, in the order of the sources
   * @param warnings what was ignored
   */
  public record Bound<R>(R value, List<Flaw> flaws, List<String> warnings) {}

  /** No sources yet. */
  public Layers(Class<R> type, R defaults) {
    this.type = type;
    this.defaults = defaults;
  }

  /** Takes a YAML document; must be the first source. */
  public void yaml(String source, String text) {
    root = Yaml.read(source, text, flaws);
  }

  /**
   * Takes the variables that begin with {@link Catalog#PREFIX}. One that is no setting is ignored
   * with a warning, because others put such variables there too.
   *
   * @param shortNames further names of settings, each with a dotted path
   * @param foreign names that mean something to others
   */
  public void environment(
      Map<String, String> variables, Map<String, String> shortNames, Set<String> foreign) {
    boolean any =
        variables.keySet().stream()
            .anyMatch(
                name ->
                    shortNames.containsKey(name)
                        || name.startsWith(Catalog.PREFIX) && !foreign.contains(name));
    if (!any) {
      return; // listing every setting takes a twentieth of a start
    }
    var paths = new LinkedHashMap<>(shortNames);
    for (Catalog.Entry entry : Catalog.of(type, defaults)) {
      if (entry.environment() != null) {
        paths.put(entry.environment(), entry.path());
      }
    }
    new TreeMap<>(variables)
        .forEach(
            (name, value) -> {
              String path = paths.get(name);
              if (path != null) {
                assign("environment variable " + name, path, value);
              } else if (name.startsWith(Catalog.PREFIX) && !foreign.contains(name)) {
                String meant = Nearest.of(name, paths.keySet());
                warnings.add(
                    "environment variable "
                        + name
                        + " is no setting and is ignored."
                        + (meant == null ? "" : " Did you mean " + meant + "?"));
              }
            });
  }

  /** Sets one value, replacing what earlier sources said. */
  public void assign(String source, String path, String value) {
    root.put(List.of(path.split("\\.")), new Tree.Scalar(new Place(source, 0), value));
  }

  /** Notes something that is wrong outside of the settings themselves. */
  public void flaw(String source, String words) {
    flaws.add(new Flaw(new Place(source, 0), words));
  }

  /** Binds everything. */
  public Bound<R> bind() {
    R value = new Binder(flaws).bind(type, defaults, root, "");
    return new Bound<>(value == null ? defaults : value, List.copyOf(flaws), List.copyOf(warnings));
  }
}
