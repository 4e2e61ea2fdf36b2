package dev.carillon.server.settings;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fills records from a {@link Tree}: a section becomes a record, its keys the components in snake
 * case. What does not fit is noted as a {@link Flaw} and replaced by the default, so that one run
 * finds all flaws. Confined to the thread that calls it.
 */
final class Binder {
  private final List<Flaw> flaws;

  Binder(List<Flaw> flaws) {
    this.flaws = flaws;
  }

  /** The key of a component. */
  static String key(String component) {
    var key = new StringBuilder();
    for (int i = 0; i < component.length(); i++) {
      char c = component.charAt(i);
      if (Character.isUpperCase(c)) {
        key.append('_');
      }
      key.append(Character.toLowerCase(c));
    }
    return key.toString();
  }

  /**
   * Makes a record.
   *
   * @param fallback gives what is not written, or null when all must be written
   * @param path where the section stands, empty for the root
   * @return null only when there is no fallback and something is missing or wrong
   */
  <R> @Nullable R bind(Class<R> type, @Nullable R fallback, Tree.Section section, String path) {
    RecordComponent[] components = type.getRecordComponents();
    refuseUnknown(section, keys(components), path);
    Object[] values = new Object[components.length];
    boolean complete = true;
    for (int i = 0; i < components.length; i++) {
      RecordComponent component = components[i];
      String key = key(component.getName());
      Object standard = fallback == null ? null : get(component, fallback);
      Tree.Entry entry = section.entries().get(key);
      if (entry == null) {
        values[i] = standard;
        if (fallback == null) {
          complete = false;
          note(section.place(), join(path, key) + " is missing");
        }
      } else {
        Object value = value(component.getGenericType(), standard, entry, join(path, key));
        values[i] = value == null ? standard : value;
        complete &= values[i] != null || fallback != null;
      }
    }
    return complete ? make(type, components, values, fallback, section, path) : null;
  }

  private <R> @Nullable R make(
      Class<R> type,
      RecordComponent[] components,
      Object[] values,
      @Nullable R fallback,
      Tree.Section section,
      String path) {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (InvocationTargetException refused) {
      if (refused.getCause() instanceof BadSetting bad) {
        String key = key(bad.component());
        Tree.Entry entry = section.entries().get(key);
        Place place = entry == null ? section.place() : entry.value().place();
        note(place, join(path, key) + " " + bad.flaw());
        return fallback;
      }
      throw new IllegalStateException(type + " cannot be made", refused);
    } catch (ReflectiveOperationException broken) {
      throw new IllegalStateException(type + " cannot be made", broken);
    }
  }

  private @Nullable Object value(
      Type type, @Nullable Object standard, Tree.Entry entry, String path) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      return generic.getRawType() == List.class
          ? list((Class<?>) arguments[0], entry.value(), path)
          : map((Class<?>) arguments[1], entry, path);
    }
    Class<?> plain = (Class<?>) type;
    if (plain.isRecord() && !hasParse(plain)) {
      return section(plain, standard, entry, path);
    }
    return scalar(plain, entry.value(), path);
  }

  private static boolean hasParse(Class<?> type) {
    return Arrays.stream(type.getMethods()).anyMatch(method -> method.getName().equals("parse"));
  }

  @SuppressWarnings("unchecked")
  private <R> @Nullable Object section(
      Class<R> type, @Nullable Object standard, Tree.Entry entry, String path) {
    return switch (entry.value()) {
      case Tree.Section section -> bind(type, (R) standard, section, path);
      case Tree.Scalar scalar when scalar.text().isEmpty() -> standard; // the bare key
      case Tree other -> {
        note(
            other.place(),
            "%s is %s, must be a section with: %s"
                .formatted(
                    path, other.kind(), String.join(", ", keys(type.getRecordComponents()))));
        yield standard;
      }
    };
  }

  private List<Object> list(Class<?> type, Tree tree, String path) {
    List<Tree> items =
        switch (tree) {
          case Tree.Items several -> several.items();
          case Tree.Scalar one -> split(one);
          case Tree.Section section -> List.of(section);
        };
    var values = new ArrayList<Object>();
    for (Tree item : items) {
      Object value = scalar(type, item, path);
      if (value != null) {
        values.add(value);
      }
    }
    return List.copyOf(values);
  }

  /** An option or environment variable has no other way to give a list. */
  private static List<Tree> split(Tree.Scalar scalar) {
    if (scalar.text().isEmpty()) {
      return List.of();
    }
    return Arrays.stream(scalar.text().split(",", -1))
        .map(String::strip)
        .<Tree>map(text -> new Tree.Scalar(scalar.place(), text))
        .toList();
  }

  private @Nullable Map<String, Object> map(Class<?> type, Tree.Entry entry, String path) {
    if (entry.value() instanceof Tree.Scalar scalar && scalar.text().isEmpty()) {
      return Map.of();
    }
    if (!(entry.value() instanceof Tree.Section section)) {
      note(
          entry.value().place(),
          path + " is " + entry.value().kind() + ", must be a section with a key for each");
      return null;
    }
    var values = new LinkedHashMap<String, Object>();
    section
        .entries()
        .forEach(
            (key, inner) -> {
              Object value = value(type, standard(type), inner, join(path, key));
              if (value != null) {
                values.put(key, value);
              }
            });
    return Collections.unmodifiableMap(values);
  }

  /** What a section that may stand several times has by default. */
  private static @Nullable Object standard(Class<?> type) {
    if (!type.isRecord()) {
      return null;
    }
    try {
      return type.getField("DEFAULT").get(null);
    } catch (ReflectiveOperationException none) {
      throw new IllegalStateException(type + " has no DEFAULT", none);
    }
  }

  private @Nullable Object scalar(Class<?> type, Tree tree, String path) {
    String allowed = Values.allowed(type);
    if (!(tree instanceof Tree.Scalar scalar)) {
      note(tree.place(), path + " is " + tree.kind() + ", must be " + allowed);
      return null;
    }
    try {
      Object value = Values.read(type, scalar.text());
      if (value == null) {
        note(scalar.place(), path + " is " + scalar.kind() + ", must be " + allowed);
      }
      return value;
    } catch (IllegalArgumentException refused) {
      note(scalar.place(), path + " is " + scalar.kind() + ", " + refused.getMessage());
      return null;
    }
  }

  private void refuseUnknown(Tree.Section section, List<String> known, String path) {
    section
        .entries()
        .forEach(
            (key, entry) -> {
              if (!known.contains(key)) {
                String meant = Nearest.of(key, known);
                String guess = meant == null ? "" : " Did you mean '" + join(path, meant) + "'?";
                note(
                    entry.key(),
                    "'%s' is no setting.%s Allowed here: %s"
                        .formatted(Words.shown(join(path, key)), guess, String.join(", ", known)));
              }
            });
  }

  private void note(Place place, String words) {
    flaws.add(new Flaw(place, words));
  }

  private static List<String> keys(RecordComponent[] components) {
    return Arrays.stream(components).map(component -> key(component.getName())).sorted().toList();
  }

  private static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  static @Nullable Object get(RecordComponent component, Object record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException broken) {
      throw new IllegalStateException(component + " cannot be read", broken);
    }
  }
}
