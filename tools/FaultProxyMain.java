import dev.carillon.testkit.FaultProxy;
import dev.carillon.testkit.Faults;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/** Runs the test kit's fault proxy for tools/fault-proxy, until standard input ends. */
class FaultProxyMain {
  static void main(String[] arguments) throws Exception {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      given.put(arguments[i], arguments[i + 1]);
    }
    String[] after = given.getOrDefault("--cut-after", "100-6000").split("-");
    Faults faults =
        Faults.none(number(given, "--seed", 1))
            .withCuts(
                number(given, "--cuts", 0), Integer.parseInt(after[0]), Integer.parseInt(after[1]))
            .withDelay(number(given, "--delay", 0), number(given, "--jitter", 0))
            .withPieces(number(given, "--pieces", 0))
            .withStalls(number(given, "--stalls", 0), number(given, "--stall", 0));
    var target =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), number(given, "--to", 8080));
    try (FaultProxy proxy = FaultProxy.start(number(given, "--port", 0), target, faults)) {
      IO.println(proxy.port());
      while (System.in.read() >= 0) {
        IO.println(proxy.cut() + " cut, " + proxy.connections() + " connections");
      }
    }
  }

  private static int number(Map<String, String> given, String name, int otherwise) {
    return Integer.parseInt(given.getOrDefault(name, Integer.toString(otherwise)));
  }
}
