package dev.carillon.server.settings;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/** Copies records of settings. */
public final class Change {
  private Change() {}

  /**
   * The same with another value of one component.
   *
   * @param component its name; one that the record does not have is a mistake of the program
   * @throws BadSetting when the record refuses the value
   */
  public static <R extends Record> R of(R record, String component, @Nullable Object value) {
    @SuppressWarnings("unchecked")
    Class<R> type = (Class<R>) record.getClass();
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    boolean found = false;
    try {
      for (int i = 0; i < components.length; i++) {
        boolean changed = components[i].getName().equals(component);
        found |= changed;
        types[i] = components[i].getType();
        values[i] = changed ? value : components[i].getAccessor().invoke(record);
      }
      if (!found) {
        throw new IllegalArgumentException(type.getSimpleName() + " has no " + component);
      }
      return type.getConstructor(types).newInstance(values);
    } catch (InvocationTargetException refused) {
      if (refused.getCause() instanceof RuntimeException why) {
        throw why;
      }
      throw new IllegalStateException(refused);
    } catch (ReflectiveOperationException impossible) { // public records of public components
      throw new IllegalStateException(impossible);
    }
  }
}
