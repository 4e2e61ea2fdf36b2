package dev.carillon.server.settings;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was written in a configuration, with the places, before anybody asks what it means. */
public sealed interface Tree {
  /** Where it begins. */
  Place place();

  /** What it is, for people. */
  String kind();

  /** Keys and values, in order. Mutable while sources are laid over each other. */
  record Section(Place place, Map<String, Entry> entries) implements Tree {
    /** An empty section. */
    public static Section empty(Place place) {
      return new Section(place, new LinkedHashMap<>());
    }

    /**
     * Puts a value at a dotted path, making sections on the way and replacing what stands there.
     */
    public void put(List<String> path, Tree value) {
      var section = this;
      for (String key : path.subList(0, path.size() - 1)) {
        Entry entry = section.entries.get(key);
        if (entry != null && entry.value() instanceof Section inner) {
          section = inner;
        } else {
          Section inner = empty(value.place());
          section.entries.put(key, new Entry(value.place(), inner));
          section = inner;
        }
      }
      section.entries.put(path.get(path.size() - 1), new Entry(value.place(), value));
    }

    @Override
    public String kind() {
      return "a section";
    }
  }

  /** A key's place and its value. */
  record Entry(Place key, Tree value) {}

  /** A list. */
  record Items(Place place, List<Tree> items) implements Tree {
    @Override
    public String kind() {
      return "a list";
    }
  }

  /** A single value as it was written; null and nothing at all are the empty text. */
  record Scalar(Place place, String text) implements Tree {
    @Override
    public String kind() {
      return text.isEmpty() ? "nothing" : "'" + Words.shown(text) + "'";
    }
  }
}
