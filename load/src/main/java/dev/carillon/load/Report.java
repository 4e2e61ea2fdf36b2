package dev.carillon.load;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run saw.
 *
 * @param asked connections that were wanted
 * @param opened connections that came to be open
 * @param refused why others did not, and how often
 * @param ended how open connections ended that should not have, and how often
 * @param subprotocol what was agreed, or null
 * @param extensions what was agreed, as it stands in the header
 * @param openings from the beginning of a connection to its being ready
 * @param connecting how long it took to open them all
 * @param measured how long the flow was measured; the next figures are of this time
 * @param sent messages sent
 * @param received messages received
 * @param bytesReceived bytes received
 * @param latencies from when a message was to be sent to its arrival, for those sent in this time
 * @param generatorCpu share of one core that the generator used
 * @param serverCpu CPU that the server used, zero where it was not asked for
 * @param lost messages that did not come, in the whole run
 * @param repeated messages that came again or out of order, in the whole run
 * @param strays messages that belong to another connection or room, in the whole run
 * @param unlooked messages that were counted but not looked into, in the whole run
 * @param compressionRatio compressed size through plain size of what was looked into; 1 without
 *     compression
 */
public record Report(
    int asked,
    int opened,
    Map<String, Integer> refused,
    Map<String, Integer> ended,
    @Nullable String subprotocol,
    List<String> extensions,
    Latencies openings,
    Duration connecting,
    Duration measured,
    long sent,
    long received,
    long bytesReceived,
    Latencies latencies,
    double generatorCpu,
    Duration serverCpu,
    long lost,
    long repeated,
    long strays,
    long unlooked,
    double compressionRatio) {
  /** From this share of a core on the generator may have been what limited a run. */
  public static final double GENERATOR_LIMIT = 0.7;

  /** Copies the collections. */
  public Report {
    refused = Map.copyOf(refused);
    ended = Map.copyOf(ended);
    extensions = List.copyOf(extensions);
  }

  /** Whether the figures may say more of the generator than of the server. */
  public boolean generatorLimited() {
    return generatorCpu > GENERATOR_LIMIT;
  }

  /** Whether every message came once, in order, and every connection that was wanted stayed. */
  public boolean flawless() {
    return lost == 0 && repeated == 0 && strays == 0 && ended.isEmpty() && opened == asked;
  }

  /** CPU time of the server a received message, in nanoseconds. */
  public double serverNanosAMessage() {
    return received == 0 ? 0 : (double) serverCpu.toNanos() / received;
  }
}
