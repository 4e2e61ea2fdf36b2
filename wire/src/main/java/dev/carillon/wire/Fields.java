package dev.carillon.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One object of an envelope: where each known field's value is, whatever the order on the wire.
 * Made once for each level of nesting and used again for every frame; what {@code stamps} holds
 * tells this frame's fields from earlier ones, so that nothing has to be cleared. Confined to its
 * codec's thread.
 */
final class Fields {
  private final Source source;
  private final WireLimits limits;
  private final Kind[] kinds = new Kind[Key.COUNT_OF_ALL];
  private final int[] starts = new int[Key.COUNT_OF_ALL];
  private final int[] stops = new int[Key.COUNT_OF_ALL];
  private final long[] numbers = new long[Key.COUNT_OF_ALL];
  private final int[] stamps = new int[Key.COUNT_OF_ALL];
  private int stamp;
  private int begin;
  private String prefix = "";
  private final List<String> unknown = new ArrayList<>();
  private @Nullable Fields inner;

  Fields(Source source, WireLimits limits) {
    this.source = source;
    this.limits = limits;
    Arrays.fill(kinds, Kind.NULL);
  }

  Source source() {
    return source;
  }

  /** Reads the object that begins at an index. */
  void read(int index) {
    if (++stamp == 0) {
      Arrays.fill(stamps, 0);
      stamp = 1;
    }
    unknown.clear();
    begin = index;
    int count = source.enter(index, Kind.OBJECT);
    for (int i = 0; source.more(i, count, Kind.OBJECT); i++) {
      int nameAt = source.at();
      if (i == limits.maxFields()) {
        throw new Refused(Refusal.TOO_MANY_FIELDS, nameAt, label());
      }
      int key = source.name(Key.TABLE);
      if (key < 0) {
        unknown(nameAt);
        source.value();
      } else {
        if (stamps[key] == stamp) {
          throw new Refused(Refusal.DUPLICATE_FIELD, nameAt, prefix + Key.at(key).code());
        }
        source.value();
        stamps[key] = stamp;
        kinds[key] = source.kind;
        starts[key] = source.start;
        stops[key] = source.stop;
        numbers[key] = source.number;
      }
    }
  }

  private void unknown(int nameAt) {
    String name = source.lastName();
    if (unknown.contains(name)) {
      throw new Refused(Refusal.DUPLICATE_FIELD, nameAt, label());
    }
    unknown.add(name);
  }

  private String label() {
    return prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1);
  }

  /** Whether a field was given; null is as good as absent. */
  boolean has(Key key) {
    return given(key) && kinds[key.ordinal()] != Kind.NULL;
  }

  private boolean given(Key key) {
    return stamps[key.ordinal()] == stamp;
  }

  Refused refused(Refusal why, Key key) {
    int at = given(key) ? starts[key.ordinal()] : begin;
    return new Refused(why, at, prefix + key.code());
  }

  /** Whether a field is there; if so it is of that kind. */
  private boolean is(Key key, Kind kind) {
    if (!has(key)) {
      return false;
    }
    if (kinds[key.ordinal()] != kind) {
      throw refused(Refusal.WRONG_TYPE, key);
    }
    return true;
  }

  private void require(Key key) {
    if (!has(key)) {
      throw refused(Refusal.MISSING_FIELD, key);
    }
  }

  /** The id if it is a good one, else 0. */
  long idIfReadable() {
    int id = Key.ID.ordinal();
    boolean good =
        has(Key.ID)
            && kinds[id] == Kind.INTEGER
            && numbers[id] >= 1
            && numbers[id] <= Check.MAX_NUMBER;
    return good ? numbers[id] : 0;
  }

  /** The id, or 0 when there is none. */
  long id() {
    return has(Key.ID) ? number(Key.ID, 1) : 0;
  }

  long number(Key key, long least) {
    require(key);
    if (kinds[key.ordinal()] == Kind.HUGE) {
      throw refused(Refusal.OUT_OF_RANGE, key);
    }
    is(key, Kind.INTEGER);
    long number = numbers[key.ordinal()];
    if (number < least || number > Check.MAX_NUMBER) {
      throw refused(Refusal.OUT_OF_RANGE, key);
    }
    return number;
  }

  @Nullable Long optionalNumber(Key key, long least) {
    return has(key) ? (Long) number(key, least) : null;
  }

  boolean flag(Key key, boolean otherwise) {
    return is(key, Kind.BOOLEAN) ? numbers[key.ordinal()] != 0 : otherwise;
  }

  boolean requiredFlag(Key key) {
    require(key);
    return flag(key, false);
  }

  String string(Key key) {
    require(key);
    is(key, Kind.STRING);
    int at = key.ordinal();
    if (stops[at] - starts[at] > limits.maxStringBytes()) {
      throw refused(Refusal.TOO_LONG, key);
    }
    try {
      return source.string(starts[at], stops[at], numbers[at]);
    } catch (Refused e) {
      throw new Refused(e.why, e.at, prefix + key.code());
    }
  }

  @Nullable String optionalString(Key key) {
    return has(key) ? string(key) : null;
  }

  @Nullable Secret optionalSecret(Key key) {
    return has(key) ? new Secret(string(key)) : null;
  }

  String epoch(Key key) {
    String epoch = string(key);
    if (!Check.isEpoch(epoch)) {
      throw refused(Refusal.OUT_OF_RANGE, key);
    }
    return epoch;
  }

  @Nullable String optionalEpoch(Key key) {
    return has(key) ? epoch(key) : null;
  }

  /** The constant that a field names. */
  <E> E oneOf(Key key, NameTable table, List<E> constants) {
    int found = find(key, table);
    if (found < 0) {
      throw refused(Refusal.OUT_OF_RANGE, key);
    }
    return constants.get(found);
  }

  <E> E oneOf(Key key, NameTable table, List<E> constants, E otherwise) {
    return has(key) ? oneOf(key, table, constants) : otherwise;
  }

  /** The index of what a field names, or -1. */
  int find(Key key, NameTable table) {
    require(key);
    is(key, Kind.STRING);
    int at = key.ordinal();
    return source.find(table, starts[at], stops[at], numbers[at]);
  }

  /** The data. */
  Payload payload() {
    DataType type = oneOf(Key.TYPE, Names.TYPE_TABLE, Names.TYPES);
    if (!hasData()) {
      throw refused(Refusal.MISSING_FIELD, Key.DATA);
    }
    int at = Key.DATA.ordinal();
    byte[] data;
    try {
      data = source.data(type, kinds[at], starts[at], stops[at], numbers[at]);
    } catch (Refused e) {
      throw new Refused(e.why, e.at, prefix + Key.DATA.code());
    }
    if (data == null) {
      throw refused(Refusal.BAD_DATA, Key.DATA);
    }
    return new Payload(type, data);
  }

  private boolean hasData() {
    return has(Key.DATA) || (given(Key.DATA) && source.nullIsData());
  }

  @Nullable Payload optionalPayload() {
    return has(Key.TYPE) || has(Key.DATA) ? payload() : null;
  }

  /** Where a field's list begins. */
  int list(Key key) {
    require(key);
    is(key, Kind.ARRAY);
    return starts[key.ordinal()];
  }

  /** Where a field's object begins, or -1 when it is absent. */
  int map(Key key) {
    return is(key, Kind.OBJECT) ? starts[key.ordinal()] : -1;
  }

  /** A field's object; null when it is absent. Valid until the next object at its depth is read. */
  @Nullable Fields object(Key key) {
    return is(key, Kind.OBJECT) ? at(key, starts[key.ordinal()]) : null;
  }

  /** An object inside a field's value. Valid until the next object at its depth is read. */
  Fields at(Key key, int index) {
    Fields fields = inner;
    if (fields == null) {
      fields = new Fields(source, limits);
      inner = fields;
    }
    fields.prefix = prefix + key.code() + '.';
    fields.read(index);
    return fields;
  }

  WireLimits limits() {
    return limits;
  }
}
