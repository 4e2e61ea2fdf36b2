package dev.carillon.server;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Whether an address can be reached from this machine only. */
final class Loopback {
  private Loopback() {}

  /** Whether nobody else can reach what listens there; a Unix socket is guarded by its file. */
  static boolean only(Listen listen) {
    return listen.unix() != null || isLoopback(listen.host());
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException unknown) {
      return false;
    }
  }
}
