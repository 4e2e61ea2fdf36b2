package dev.carillon.wire;

import java.util.List;

/** The constants that fields can name, with the tables that find them. */
final class Names {
  static final List<DataType> TYPES = List.of(DataType.values());
  static final NameTable TYPE_TABLE = new NameTable(TYPES.stream().map(DataType::code).toList());

  static final List<Priority> PRIORITIES = List.of(Priority.values());
  static final NameTable PRIORITY_TABLE =
      new NameTable(PRIORITIES.stream().map(Priority::code).toList());

  static final List<Order> ORDERS = List.of(Order.values());
  static final NameTable ORDER_TABLE = new NameTable(ORDERS.stream().map(Order::code).toList());

  static final List<Level> LEVELS = List.of(Level.values());
  static final NameTable LEVEL_TABLE = new NameTable(LEVELS.stream().map(Level::code).toList());

  static final List<Outcome> OUTCOMES = List.of(Outcome.values());
  static final NameTable OUTCOME_TABLE =
      new NameTable(OUTCOMES.stream().map(Outcome::code).toList());

  static final List<PresenceEvent> PRESENCE_EVENTS = List.of(PresenceEvent.values());
  static final NameTable PRESENCE_EVENT_TABLE =
      new NameTable(PRESENCE_EVENTS.stream().map(PresenceEvent::code).toList());

  private Names() {}
}
