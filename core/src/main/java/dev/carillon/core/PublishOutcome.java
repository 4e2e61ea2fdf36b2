package dev.carillon.core;

import dev.carillon.core.spi.Broker;

/** What can become of a publish. */
public enum PublishOutcome {
  /** It got a place. */
  STORED,
  /** It had its place already, by an earlier publish with the same stamp. */
  DUPLICATE,
  /** It got none. */
  REJECTED,
  /** Nobody knows. */
  IN_DOUBT;

  static PublishOutcome of(Broker.Appended result) {
    return switch (result) {
      case Broker.Appended.Stored placed -> placed.duplicate() ? DUPLICATE : STORED;
      case Broker.Appended.Failed failed -> failed.inDoubt() ? IN_DOUBT : REJECTED;
    };
  }
}
