package dev.carillon.server.settings;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All settings that a record and the records in it declare, in the order of their declaration. */
public final class Catalog {
  /** What the names of environment variables begin with. */
  public static final String PREFIX = "CARILLON_";

  /**
   * One setting.
   *
   * @param path dotted; a part in angle brackets stands for any key
   * @param standard the default as it would be written, empty for none
   * @param allowed which values are taken
   * @param words what it does
   * @param environment the variable that overrides it, or null where none can
   */
  public record Entry(
      String path, String standard, String allowed, String words, @Nullable String environment) {
    /** The path's parts. */
    public List<String> parts() {
      return Arrays.asList(path.split("\\."));
    }
  }

  private final List<Entry> entries = new ArrayList<>();

  private Catalog() {}

  /** The settings of a record type with these defaults. */
  public static List<Entry> of(Class<?> type, Object defaults) {
    var catalog = new Catalog();
    catalog.walk(type, defaults, "");
    return List.copyOf(catalog.entries);
  }

  private void walk(Class<?> type, @Nullable Object defaults, String prefix) {
    for (RecordComponent component : type.getRecordComponents()) {
      String path = prefix + Binder.key(component.getName());
      Object standard = defaults == null ? null : Binder.get(component, defaults);
      Setting setting = component.getAnnotation(Setting.class);
      if (component.getGenericType() instanceof ParameterizedType generic
          && generic.getRawType() == Map.class) {
        keyed(generic.getActualTypeArguments()[1], setting, path);
      } else if (setting == null) {
        walk(component.getType(), standard, path + ".");
      } else {
        add(path, standard, elementOf(component.getGenericType()), setting);
      }
    }
  }

  private static Class<?> elementOf(Type type) {
    return type instanceof ParameterizedType generic
        ? (Class<?>) generic.getActualTypeArguments()[0]
        : (Class<?>) type;
  }

  private void keyed(Type value, @Nullable Setting setting, String path) {
    Class<?> type = (Class<?>) value;
    if (!type.isRecord()) {
      entries.add(
          new Entry(path + ".<key>", "", Values.allowed(type), required(setting).value(), null));
      return;
    }
    try {
      walk(type, type.getField("DEFAULT").get(null), path + ".<pattern>.");
    } catch (ReflectiveOperationException none) {
      throw new IllegalStateException(type + " has no DEFAULT", none);
    }
  }

  private void add(String path, @Nullable Object standard, Class<?> type, Setting setting) {
    String allowed = setting.allowed().isEmpty() ? Values.allowed(type) : setting.allowed();
    String environment =
        path.indexOf('<') >= 0 ? null : PREFIX + path.toUpperCase(Locale.ROOT).replace('.', '_');
    entries.add(new Entry(path, Values.print(standard), allowed, setting.value(), environment));
  }

  private static Setting required(@Nullable Setting setting) {
    if (setting == null) {
      throw new IllegalStateException("a setting without a description");
    }
    return setting;
  }
}
