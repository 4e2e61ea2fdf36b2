package dev.carillon.wire;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes one encoding, field by field. Confined to its codec's thread. */
abstract sealed class Emitter permits JsonEmitter, BinaryEmitter {
  private static final ByteSink NOWHERE = new ByteSink(0);

  ByteSink out = NOWHERE;

  final void write(ClientMessage message, ByteSink to) {
    out = to;
    ClientMessages.write(message, this);
    out = NOWHERE;
  }

  final void write(ServerMessage message, ByteSink to) {
    out = to;
    ServerWriter.write(message, this);
    out = NOWHERE;
  }

  /** Begins a message. */
  final void begin(String op, long id) {
    open();
    string(Key.OP, op);
    if (id != 0) {
      number(Key.ID, id);
    }
  }

  /** Begins an object; {@link #close} ends it. */
  abstract void open();

  abstract void close();

  /** Begins a list of a known size; {@link #closeList} ends it. */
  abstract void openList(int size);

  abstract void closeList();

  /** Comes before each item of a list. */
  abstract void item();

  abstract void name(Key key);

  abstract void name(String name);

  abstract void string(String value);

  abstract void number(long value);

  abstract void flag(boolean value);

  abstract void data(Payload payload);

  final void openObject(Key key) {
    name(key);
    open();
  }

  final void openList(Key key, int size) {
    name(key);
    openList(size);
  }

  final void openItem() {
    item();
    open();
  }

  final void pair(long first, long second) {
    item();
    openList(2);
    item();
    number(first);
    item();
    number(second);
    closeList();
  }

  final void string(Key key, String value) {
    name(key);
    string(value);
  }

  final void number(Key key, long value) {
    name(key);
    number(value);
  }

  final void number(String name, long value) {
    name(name);
    number(value);
  }

  final void flag(Key key, boolean value) {
    name(key);
    flag(value);
  }

  final void whenTrue(Key key, boolean value) {
    if (value) {
      flag(key, true);
    }
  }

  final void optional(Key key, @Nullable String value) {
    if (value != null) {
      string(key, value);
    }
  }

  final void optional(Key key, @Nullable Secret value) {
    if (value != null) {
      string(key, value.value());
    }
  }

  final void optional(Key key, @Nullable Long value) {
    if (value != null) {
      number(key, value);
    }
  }

  final void payload(Payload payload) {
    string(Key.TYPE, payload.type().code());
    name(Key.DATA);
    data(payload);
  }

  final void sender(@Nullable Sender sender) {
    if (sender != null) {
      openObject(Key.SENDER);
      optional(Key.SESSION, sender.session());
      optional(Key.USER, sender.user());
      close();
    }
  }

  final void tags(Map<String, String> tags) {
    if (!tags.isEmpty()) {
      openObject(Key.TAGS);
      for (Map.Entry<String, String> tag : tags.entrySet()) {
        name(tag.getKey());
        string(tag.getValue());
      }
      close();
    }
  }

  final void priority(Priority priority) {
    if (priority != Priority.NORMAL) {
      string(Key.PRIORITY, priority.code());
    }
  }

  final void answer(Answer answer) {
    switch (answer) {
      case Payload payload -> payload(payload);
      case Problem problem -> {
        openObject(Key.ERROR);
        problem(problem);
        close();
      }
    }
  }

  final void problem(Problem problem) {
    string(Key.CODE, problem.code());
    string(Key.MESSAGE, problem.message());
    flag(Key.RETRYABLE, problem.retryable());
    optional(Key.RETRY_AFTER, problem.retryAfter());
  }
}
