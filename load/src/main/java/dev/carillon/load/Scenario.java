package dev.carillon.load;

/** What is done to a server. A rate of 0 means as fast as answers come. */
public sealed interface Scenario {
  /** How many connections there are. */
  int connections();

  /**
   * Each connection sends messages and gets them back.
   *
   * @param connections 1 or more
   * @param inFlight how many messages a connection waits for at once; with a rate it sends that
   *     many together, when it waits for none
   * @param bytes of data in a message, 32 or more
   * @param rate messages a second by all connections together, or 0
   */
  record Echo(int connections, int inFlight, int bytes, double rate) implements Scenario {
    /** Checks the ranges. */
    public Echo {
      atLeast("connections", connections, 1);
      atLeast("inFlight", inFlight, 1);
      checkMessages(bytes, rate);
    }
  }

  /**
   * One connection of each room sends messages that all connections in the room get, itself among
   * them.
   *
   * @param connections 1 or more
   * @param rooms how many rooms they are spread over
   * @param mixed whether rooms differ in size: the second is half as large as the first, the third
   *     a third, and so on; else all are equal
   * @param burst how many messages are sent at once
   * @param bytes of data in a message, 32 or more
   * @param rate messages a second into all rooms together, or 0
   */
  record FanOut(int connections, int rooms, boolean mixed, int burst, int bytes, double rate)
      implements Scenario {
    /** Checks the ranges. */
    public FanOut {
      atLeast("connections", connections, 1);
      atLeast("rooms", rooms, 1);
      if (rooms > connections) {
        throw new IllegalArgumentException(
            "rooms is " + rooms + ", must be at most the number of connections, " + connections);
      }
      atLeast("burst", burst, 1);
      checkMessages(bytes, rate);
    }
  }

  /**
   * Connections that say nothing.
   *
   * @param connections 1 or more
   * @param rate how many are opened a second, or 0
   */
  record Idle(int connections, double rate) implements Scenario {
    /** Checks the ranges. */
    public Idle {
      atLeast("connections", connections, 1);
      checkRate(rate);
    }
  }

  /** Refuses a count that is too small. */
  private static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " is " + value + ", must be at least " + least);
    }
  }

  /** Refuses messages that cannot be: a size or a rate out of range. */
  private static void checkMessages(int bytes, double rate) {
    if (bytes < Stamp.BYTES || bytes > 16 << 20) {
      throw new IllegalArgumentException(
          "bytes is " + bytes + ", must be 32 to 16777216: each message carries a stamp of 32");
    }
    checkRate(rate);
  }

  /** Refuses a rate that is none. */
  private static void checkRate(double rate) {
    if (!(rate >= 0 && rate <= 1e8)) {
      throw new IllegalArgumentException("rate is " + rate + ", must be 0 to 100000000");
    }
  }
}
