package dev.carillon.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes the parts that messages share out of their fields. */
final class Parts {
  private Parts() {}

  static @Nullable Start start(Fields f) {
    boolean from = f.has(Key.FROM);
    boolean last = f.has(Key.LAST);
    boolean since = f.has(Key.SINCE);
    if (from && (last || since)) {
      throw f.refused(Refusal.CONFLICT, Key.FROM);
    }
    if (last && since) {
      throw f.refused(Refusal.CONFLICT, Key.LAST);
    }
    if (last) {
      return new Start.Last(f.number(Key.LAST, 1));
    }
    if (since) {
      return new Start.Since(f.number(Key.SINCE, 0));
    }
    Fields position = f.object(Key.FROM);
    return position == null ? null : new Start.From(position(position));
  }

  private static Position position(Fields f) {
    return new Position(f.epoch(Key.EPOCH), f.number(Key.OFFSET, 0));
  }

  static Map<String, String> tags(Fields f) {
    int at = f.map(Key.TAGS);
    if (at < 0) {
      return Map.of();
    }
    Source source = f.source();
    var tags = new LinkedHashMap<String, String>();
    int count = source.enter(at, Kind.OBJECT);
    for (int i = 0; source.more(i, count, Kind.OBJECT); i++) {
      if (i == f.limits().maxTags()) {
        throw f.refused(Refusal.OUT_OF_RANGE, Key.TAGS);
      }
      source.name(Key.TABLE);
      String name = source.lastName();
      source.value();
      if (source.kind != Kind.STRING) {
        throw f.refused(Refusal.WRONG_TYPE, Key.TAGS);
      }
      if (name.length() > f.limits().maxStringBytes()
          || source.stop - source.start > f.limits().maxStringBytes()) {
        throw f.refused(Refusal.TOO_LONG, Key.TAGS);
      }
      if (tags.put(name, source.string(source.start, source.stop, source.number)) != null) {
        throw f.refused(Refusal.DUPLICATE_FIELD, Key.TAGS);
      }
    }
    return tags;
  }

  static Map<String, Long> heads(Fields f) {
    int at = f.map(Key.ROOMS);
    if (at < 0) {
      throw f.refused(Refusal.MISSING_FIELD, Key.ROOMS);
    }
    Source source = f.source();
    var heads = new LinkedHashMap<String, Long>();
    int count = source.enter(at, Kind.OBJECT);
    for (int i = 0; source.more(i, count, Kind.OBJECT); i++) {
      source.name(Key.TABLE);
      String name = source.lastName();
      source.value();
      if (source.kind != Kind.INTEGER) {
        throw f.refused(Refusal.WRONG_TYPE, Key.ROOMS);
      }
      if (source.number < 0 || source.number > Check.MAX_NUMBER) {
        throw f.refused(Refusal.OUT_OF_RANGE, Key.ROOMS);
      }
      if (heads.put(name, source.number) != null) {
        throw f.refused(Refusal.DUPLICATE_FIELD, Key.ROOMS);
      }
    }
    return heads;
  }

  static List<Range> ranges(Fields f) {
    var ranges = new ArrayList<Range>();
    Source source = f.source();
    int count = source.enter(f.list(Key.RANGES), Kind.ARRAY);
    for (int i = 0; source.more(i, count, Kind.ARRAY); i++) {
      source.value();
      if (source.kind != Kind.ARRAY) {
        throw f.refused(Refusal.WRONG_TYPE, Key.RANGES);
      }
      int behind = source.at();
      ranges.add(range(f, source.enter(source.start, Kind.ARRAY)));
      source.moveTo(behind);
    }
    return ranges;
  }

  private static Range range(Fields f, int count) {
    Source source = f.source();
    long[] ends = new long[2];
    int size = 0;
    while (source.more(size, count, Kind.ARRAY)) {
      source.value();
      if (size == 2 || source.kind != Kind.INTEGER) {
        throw f.refused(Refusal.WRONG_TYPE, Key.RANGES);
      }
      ends[size++] = source.number;
    }
    if (size < 2 || ends[0] < 1 || ends[1] < ends[0] || ends[1] > Check.MAX_NUMBER) {
      throw f.refused(Refusal.OUT_OF_RANGE, Key.RANGES);
    }
    return new Range(ends[0], ends[1]);
  }

  static @Nullable Sender sender(Fields f) {
    Fields sender = f.object(Key.SENDER);
    return sender == null
        ? null
        : new Sender(sender.optionalString(Key.SESSION), sender.optionalString(Key.USER));
  }

  static Entry entry(Fields f) {
    return new Entry(
        f.number(Key.OFFSET, 1),
        f.optionalString(Key.EVENT),
        f.optionalString(Key.MESSAGE_ID),
        f.payload(),
        sender(f),
        f.number(Key.TIME, 0),
        f.optionalString(Key.KEY),
        tags(f),
        priority(f));
  }

  static Priority priority(Fields f) {
    return f.oneOf(Key.PRIORITY, Names.PRIORITY_TABLE, Names.PRIORITIES, Priority.NORMAL);
  }

  static List<Entry> entries(Fields f) {
    var entries = new ArrayList<Entry>();
    eachObject(f, Key.MESSAGES, item -> entries.add(entry(item)));
    return entries;
  }

  static Member member(Fields f) {
    Fields state = f.object(Key.STATE);
    Payload said = state == null ? null : state.payload();
    return new Member(f.string(Key.SESSION), f.optionalString(Key.USER), said);
  }

  static Roster roster(Fields f) {
    var members = new ArrayList<Member>();
    eachObject(f, Key.MEMBERS, item -> members.add(member(item)));
    return new Roster(members, f.number(Key.COUNT, 0), f.optionalNumber(Key.OFFSET, 0));
  }

  private static void eachObject(Fields f, Key key, Consumer<Fields> action) {
    Source source = f.source();
    int count = source.enter(f.list(key), Kind.ARRAY);
    for (int i = 0; source.more(i, count, Kind.ARRAY); i++) {
      source.value();
      if (source.kind != Kind.OBJECT) {
        throw f.refused(Refusal.WRONG_TYPE, key);
      }
      int behind = source.at();
      action.accept(f.at(key, source.start));
      source.moveTo(behind);
    }
  }

  static Problem problem(Fields f) {
    return new Problem(
        f.string(Key.CODE),
        f.string(Key.MESSAGE),
        f.requiredFlag(Key.RETRYABLE),
        f.optionalNumber(Key.RETRY_AFTER, 0));
  }

  static Answer answer(Fields f) {
    Fields error = f.object(Key.ERROR);
    if (error == null) {
      return f.payload();
    }
    if (f.has(Key.TYPE) || f.has(Key.DATA)) {
      throw f.refused(Refusal.CONFLICT, Key.ERROR);
    }
    return problem(error);
  }
}
