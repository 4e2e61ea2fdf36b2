package dev.carillon.transport;

/**
 * Options of TCP sockets. Those in seconds, and the number of probes, need epoll; 0 leaves what the
 * system has.
 *
 * @param noDelay whether small writes leave at once
 * @param keepAlive whether the system probes silent peers
 * @param keepIdleSeconds silence before the first probe
 * @param keepIntervalSeconds time between probes
 * @param keepProbes unanswered probes before the link is given up
 * @param receiveBytes the kernel's receive buffer
 * @param sendBytes the kernel's send buffer
 */
public record TcpOptions(
    boolean noDelay,
    boolean keepAlive,
    int keepIdleSeconds,
    int keepIntervalSeconds,
    int keepProbes,
    int receiveBytes,
    int sendBytes) {
  /** No delay, keep-alive after 60 s, every 15 s, 4 times; buffers as the system sizes them. */
  public static final TcpOptions DEFAULT = new TcpOptions(true, true, 60, 15, 4, 0, 0);

  /** Checks that no number is negative. */
  public TcpOptions {
    check("keepIdleSeconds", keepIdleSeconds);
    check("keepIntervalSeconds", keepIntervalSeconds);
    check("keepProbes", keepProbes);
    check("receiveBytes", receiveBytes);
    check("sendBytes", sendBytes);
  }

  /** The same with other kernel buffers. */
  public TcpOptions withBuffers(int receive, int send) {
    return new TcpOptions(
        noDelay, keepAlive, keepIdleSeconds, keepIntervalSeconds, keepProbes, receive, send);
  }

  private static void check(String name, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " is " + value + ", must not be negative");
    }
  }
}
