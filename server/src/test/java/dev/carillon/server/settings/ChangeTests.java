package dev.carillon.server.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.server.Configuration;
import dev.carillon.server.Limits;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChangeTests {
  @Test
  void oneComponentIsAnotherAndTheOthersAreAsBefore() {
    Limits changed = Change.of(Limits.DEFAULT, "maxRooms", 7);

    assertThat(changed.maxRooms()).isEqualTo(7);
    assertThat(Change.of(changed, "maxRooms", Limits.DEFAULT.maxRooms())).isEqualTo(Limits.DEFAULT);
  }

  @Test
  void whatTheRecordRefusesIsRefusedInItsWords() {
    assertThatThrownBy(() -> Limits.DEFAULT.withMaxRooms(0))
        .isInstanceOf(BadSetting.class)
        .hasMessage("maxRooms is 0, must be 1 to 1000000");
  }

  @Test
  void aComponentThatIsNotThereIsAMistake() {
    assertThatThrownBy(() -> Change.of(Limits.DEFAULT, "maxRoom", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Limits has no maxRoom");
  }

  /** Every section of the configuration, as it is by default. */
  static Stream<Record> sections() throws ReflectiveOperationException {
    List<Record> sections = new ArrayList<>(List.of(Configuration.DEFAULT));
    for (RecordComponent component : Configuration.class.getRecordComponents()) {
      if (component.getAccessor().invoke(Configuration.DEFAULT) instanceof Record section) {
        sections.add(section);
      }
    }
    return sections.stream();
  }

  @ParameterizedTest
  @MethodSource("sections")
  void eachWitherIsOfTheComponentThatItIsNamedAfter(Record section) throws Exception {
    int withers = 0;
    for (RecordComponent component : section.getClass().getRecordComponents()) {
      String name = component.getName();
      String wither = "with" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
      for (Method method : section.getClass().getMethods()) {
        if (method.getName().equals(wither)
            && method.getParameterTypes()[0] == component.getType()) {
          withers++;
          Object value = component.getAccessor().invoke(section);
          assertThat(method.invoke(section, value)).as(wither).isEqualTo(section);
        }
      }
    }
    assertThat(withers).as("withers of " + section.getClass()).isPositive();
  }
}
