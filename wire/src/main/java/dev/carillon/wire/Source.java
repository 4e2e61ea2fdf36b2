package dev.carillon.wire;

/**
 * Reads one encoding out of an array: values one after the other, each checked whole and described
 * by {@link #kind}, {@link #start}, {@link #stop} and {@link #number}, and made into something only
 * when asked. What is wrong leaves as {@link Refused}. Confined to its codec's thread.
 */
abstract sealed class Source permits JsonSource, BinarySource {
  static final byte[] NOTHING = new byte[0];

  byte[] bytes = NOTHING;

  /** Index behind the frame's last byte. */
  int limit;

  /** What the last value was. */
  Kind kind = Kind.NULL;

  /** Index of its first byte: for strings and bytes in the binary encodings, of their content. */
  int start;

  /** Index behind its last byte. */
  int stop;

  /** The integer, 0 or 1 for a boolean, or what the encoding wants to remember of the value. */
  long number;

  /** Begins the frame that goes from an index to {@link #limit}. */
  abstract void begin(int from);

  /** Refuses a frame that goes on. */
  abstract void end();

  abstract int at();

  abstract void moveTo(int index);

  /** Reads the next value whole. */
  abstract void value();

  /** Enters the container that begins at an index, and returns what {@link #more} wants to know. */
  abstract int enter(int index, Kind container);

  /**
   * Whether the container has another item or field, which comes next. Leaves the container if not.
   *
   * @param index how many were read
   * @param count what {@link #enter} gave
   */
  abstract boolean more(int index, int count, Kind container);

  /** Reads a field's name and finds it in a table; -1 if it is not there. */
  abstract int name(NameTable table);

  /** The name that was read last. */
  abstract String lastName();

  /** Finds a string in a table; -1 if it is not there. */
  abstract int find(NameTable table, int from, int to, long number);

  /** Makes a string of a {@link Kind#STRING} value. */
  abstract String string(int from, int to, long number);

  /** Copies a value out as data; null when it is not what the type says. */
  abstract byte @org.jspecify.annotations.Nullable [] data(
      DataType type, Kind kind, int from, int to, long number);

  /** Whether data may be null. */
  abstract boolean nullIsData();
}
