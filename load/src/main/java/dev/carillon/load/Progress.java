package dev.carillon.load;

/**
 * How a run stands, told several times a second on the thread of the run.
 *
 * @param phase what is being done
 * @param connections how many are open
 * @param wanted how many there should be
 * @param sent messages so far
 * @param received messages so far
 * @param lost messages that were seen to be missing so far
 */
public record Progress(
    Phase phase, int connections, int wanted, long sent, long received, long lost) {
  /** The parts of a run. */
  public enum Phase {
    /** Connections are being opened. */
    CONNECTING,
    /** Messages flow, and are not measured. */
    WARMING_UP,
    /** What flows is measured. */
    MEASURING,
    /** What is on its way is waited for. */
    DRAINING
  }
}
