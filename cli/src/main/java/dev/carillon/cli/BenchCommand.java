package dev.carillon.cli;

import dev.carillon.load.Dialect;
import dev.carillon.load.Load;
import dev.carillon.load.LoadException;
import dev.carillon.load.Report;
import dev.carillon.load.Scenario;
import dev.carillon.load.Schedule;
import dev.carillon.load.Target;
import dev.carillon.websocket.ClientTerms;
import java.io.Console;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Loads a server, verifies what comes back, and says how fast it was. */
@Command(
    name = "bench",
    description = "Loads a WebSocket server, and checks that every message came once and in order.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples%n",
    footer = {
      "  carillon bench echo ws://localhost:9001 -c 100 --in-flight 16",
      "  carillon bench fan-out ws://localhost:8080 -c 5000 --rate 20",
      "  carillon bench fan-out ws://localhost:8080 -c 5000 --burst 100 --rate 200",
      "  carillon bench idle ws://localhost:8080 -c 10000 --connect-rate 2000 --duration 60",
      "",
      "fan-out joins rooms of a Carillon server, or talks to any server that says to everybody",
      "what one client says. Without --rate it is as fast as answers come. With it, delays count",
      "from the moment at which a message was to be sent, so a server that stalls looks it."
    })
final class BenchCommand implements Callable<Integer> {
  /** What is done. */
  enum Mode {
    ECHO,
    FAN_OUT,
    IDLE;

    @Override
    public String toString() {
      return this == FAN_OUT ? "fan-out" : name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** How rooms are spoken to. */
  enum Speech {
    PLAIN,
    CARILLON,
    CENTRIFUGE
  }

  @Spec private CommandSpec spec;

  @Mixin private DialOptions dialling;

  @Parameters(index = "0", paramLabel = "MODE", description = "echo, fan-out or idle.")
  private Mode mode = Mode.ECHO;

  @Parameters(
      index = "1",
      paramLabel = "URL",
      description = "ws://host:port/path; {room} in it stands for a room's name.")
  private String url = "";

  @Option(
      names = {"-c", "--connections"},
      paramLabel = "N",
      description = "Default: ${DEFAULT-VALUE}.")
  private int connections = 100;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      description = "echo: messages that a connection may wait for. Default: ${DEFAULT-VALUE}.")
  private int inFlight = 1;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      description = "Data of a message, 32 or more. Default: ${DEFAULT-VALUE}.")
  private int size = 128;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Messages to send a second, over all connections. Default: as answers come.")
  private double rate;

  @Option(
      names = "--burst",
      paramLabel = "N",
      description = "fan-out: messages sent at once. Default: ${DEFAULT-VALUE}.")
  private int burst = 1;

  @Option(
      names = "--rooms",
      paramLabel = "N",
      description = "fan-out: rooms that connections are spread over. Default: ${DEFAULT-VALUE}.")
  private int rooms = 1;

  @Option(
      names = "--mixed",
      description = "fan-out: large and small rooms; the n-th has 1/n of the first one's readers.")
  private boolean mixed;

  @Option(
      names = "--connect-rate",
      paramLabel = "N",
      description = "idle: connections to open a second. Default: as fast as they open.")
  private double connectRate;

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      description = "fan-out: plain, carillon or centrifuge. Default: ${DEFAULT-VALUE}.")
  private Speech protocol = Speech.PLAIN;

  @Option(names = "--compress", description = "Offers permessage-deflate.")
  private boolean compress;

  @Option(
      names = "--duration",
      paramLabel = "SECONDS",
      description = "What is measured. Default: ${DEFAULT-VALUE}.")
  private double duration = 10;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description = "Before anything is measured. Default: ${DEFAULT-VALUE}.")
  private double warmUp = 2;

  @Option(
      names = "--source",
      paramLabel = "ADDRESS",
      description = "Connect from this address. Can be given several times.")
  private List<String> sources = new ArrayList<>();

  @Option(
      names = "--server-pid",
      paramLabel = "PID",
      description = "A process on this machine whose CPU time is measured with it.")
  private @Nullable Long serverPid;

  @Option(names = "--json", description = "Prints nothing but a report, when it is over.")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    String shown = url.contains("://") ? url : "ws://" + url;
    Console console = System.console();
    var screen = new BenchScreen(out, err, !json && console != null && console.isTerminal());
    Report report;
    try {
      report = Load.run(target(), scenario(), schedule(), server(), screen::progress);
    } catch (IllegalArgumentException wrong) {
      throw new Failure(Exit.MISUSE, String.valueOf(wrong.getMessage()));
    } catch (LoadException refused) {
      String words = Shown.line(String.valueOf(refused.getMessage()));
      if (json) {
        out.println(BenchScreen.failed(shown, words).json());
      }
      throw new Failure(Exit.NOT_CONNECTED, words);
    }
    screen.done();
    if (json) {
      out.println(BenchScreen.report(withoutQuery(shown), report).json());
    } else {
      screen.show(report);
    }
    return report.flawless() ? Exit.DONE : Exit.BROKEN;
  }

  private Target target() {
    ClientTerms terms = dialling.terms(List.of());
    // Braces are not allowed in addresses, and put back behind the check.
    String path =
        mode == Mode.ECHO
            ? "/"
            : mode == Mode.IDLE || protocol == Speech.CARILLON ? "/ws" : "/rooms/-room-";
    URI uri = DialOptions.address(url.replace("{room}", "-room-"), path);
    return new Target(
        uri.toString().replace("-room-", "{room}"),
        mode == Mode.FAN_OUT
            ? switch (protocol) {
              case PLAIN -> Dialect.PLAIN;
              case CARILLON -> Dialect.CARILLON;
              case CENTRIFUGE -> Dialect.CENTRIFUGE;
            }
            : Dialect.PLAIN,
        compress,
        sources.stream().map(BenchCommand::source).toList(),
        terms.fields());
  }

  private static InetAddress source(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException unknown) {
      throw new Failure(Exit.MISUSE, "--source '" + Shown.line(text) + "' is no address");
    }
  }

  private Scenario scenario() {
    return switch (mode) {
      case ECHO -> new Scenario.Echo(connections, inFlight, size, rate);
      case FAN_OUT -> new Scenario.FanOut(connections, rooms, mixed, burst, size, rate);
      case IDLE -> new Scenario.Idle(connections, connectRate);
    };
  }

  private Schedule schedule() {
    return new Schedule(seconds(warmUp), seconds(duration), Schedule.DEFAULT.patience());
  }

  private static Duration seconds(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1000));
  }

  private @Nullable ProcessHandle server() {
    Long pid = serverPid;
    if (pid == null) {
      return null;
    }
    return ProcessHandle.of(pid)
        .orElseThrow(() -> new Failure(Exit.MISUSE, "--server-pid " + pid + " is no process here"));
  }

  /** The address as it may be shown: without a query, which may hold a token. */
  private static String withoutQuery(String address) {
    int query = address.indexOf('?');
    return query < 0 ? address : address.substring(0, query);
  }
}
