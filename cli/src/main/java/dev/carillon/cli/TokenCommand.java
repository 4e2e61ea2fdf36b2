package dev.carillon.cli;

import dev.carillon.server.TokenIssuer;
import dev.carillon.server.TokenIssuer.Grant;
import dev.carillon.server.TokenIssuer.Right;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes the tokens that a locked server lets users in with, and the keys for them. */
@Command(
    name = "token",
    description = {
      "Makes a token for a server that was started with --jwt-key.",
      "The token alone goes to standard output; what it may do, to standard error."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples%n",
    footer = {
      "  carillon token --new-key chat.key",
      "  carillon serve --jwt-key chat.key",
      "  export CARILLON_TOKEN=$(carillon token --key chat.key --user alice --rooms 'chat/*')",
      "  carillon token --key chat.key --user bob --join 'news/**' --claim team=red --ttl 30d",
      "",
      "In a pattern, * is one segment of a room's name, and ** at the end one or more."
    })
final class TokenCommand implements Callable<Integer> {
  private static final Pattern TTL = Pattern.compile("([0-9]{1,9})(s|m|h|d)");
  private static final int MAX_DAYS = 3650;

  @Spec private CommandSpec spec;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The secret, or the private key in PEM, to sign with.")
  private @Nullable Path key;

  @Option(
      names = "--new-key",
      paramLabel = "FILE",
      description = "Writes a new secret there; the file must not exist yet.")
  private @Nullable Path newKey;

  @Option(names = "--user", paramLabel = "NAME", description = "Who the token is for.")
  private @Nullable String user;

  @Option(
      names = "--rooms",
      paramLabel = "PATTERN",
      split = ",",
      description = "Rooms that may be joined and published to, such as 'chat/*'.")
  private List<String> rooms = new ArrayList<>();

  @Option(
      names = "--join",
      paramLabel = "PATTERN",
      split = ",",
      description = "Rooms that may be joined only.")
  private List<String> join = new ArrayList<>();

  @Option(
      names = "--publish",
      paramLabel = "PATTERN",
      split = ",",
      description = "Rooms that may be published to only.")
  private List<String> publish = new ArrayList<>();

  @Option(
      names = "--claim",
      paramLabel = "NAME=VALUE",
      description = "Something more about the user, for filters. Can be given several times.")
  private Map<String, String> claims = new LinkedHashMap<>();

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      description = "How long it is good: 30s, 15m, 1h, 7d. Default: ${DEFAULT-VALUE}.")
  private String ttl = "1h";

  @Option(names = "--issuer", paramLabel = "NAME", description = "As in auth.jwt.issuer.")
  private @Nullable String issuer;

  @Option(names = "--audience", paramLabel = "NAME", description = "As in auth.jwt.audience.")
  private @Nullable String audience;

  @Option(names = "--json", description = "Prints one line of JSON, which holds the token.")
  private boolean json;

  @Override
  public Integer call() {
    try {
      Path made = newKey;
      if (made != null) {
        TokenIssuer.newKey(made);
      }
      Path signing = key == null ? made : key;
      String who = user;
      if (signing == null) {
        throw new Failure(
            Exit.MISUSE, "name the key with --key FILE, or make one with --new-key FILE");
      }
      if (who != null) {
        issue(signing, who);
      } else if (made != null) {
        newKeyMade(made);
      } else {
        throw new Failure(Exit.MISUSE, "name the user with --user NAME");
      }
      return Exit.DONE;
    } catch (IllegalArgumentException wrong) {
      throw new Failure(Exit.MISUSE, String.valueOf(wrong.getMessage()));
    } catch (UncheckedIOException failed) {
      throw new Failure(Exit.NOT_CONNECTED, String.valueOf(failed.getMessage()));
    }
  }

  private void newKeyMade(Path made) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        json
            ? new Report("token", made.toString(), "ok", null, Map.of(), null).json()
            : """
            %1$s is a new key: keep it secret. Now
              carillon serve --jwt-key %1$s
              carillon token --key %1$s --user alice --rooms 'chat/*'\
            """
                .formatted(made));
    out.flush();
  }

  private void issue(Path signing, String who) {
    Grant grant = new Grant(who, rights(), typedClaims(), issuer, audience);
    if (grant.rooms().isEmpty()) {
      throw new Failure(
          Exit.MISUSE,
          "say what the token may do: --rooms 'chat/*', or --join and --publish for one of the"
              + " two");
    }
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    Duration good = duration();
    TokenIssuer made = TokenIssuer.of(signing);
    String token = made.issue(grant, now, good);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(json(grant, token, made.algorithm(), now.plus(good)));
    } else {
      PrintWriter err = spec.commandLine().getErr();
      err.println("%s until %s (%s):".formatted(Shown.line(who), now.plus(good), made.algorithm()));
      grant
          .rooms()
          .forEach((room, rights) -> err.println("  %s: %s".formatted(room, words(rights))));
      err.flush();
      out.println(token);
    }
    out.flush();
  }

  private static String json(Grant grant, String token, String algorithm, Instant expires) {
    var fields = new LinkedHashMap<String, @Nullable Object>();
    fields.put("operation", "token");
    fields.put("target", grant.user());
    fields.put("status", "ok");
    fields.put("token", token);
    fields.put("algorithm", algorithm);
    fields.put("expires", expires.toString());
    var rooms = new LinkedHashMap<String, Object>();
    grant.rooms().forEach((room, rights) -> rooms.put(room, list(rights)));
    fields.put("rooms", rooms);
    fields.put("claims", grant.claims());
    return Json.write(fields);
  }

  private static List<String> list(Set<Right> rights) {
    return rights.stream().map(right -> right.name().toLowerCase(Locale.ROOT)).toList();
  }

  private static String words(Set<Right> rights) {
    return String.join(" and ", list(rights));
  }

  private Map<String, Set<Right>> rights() {
    var rights = new LinkedHashMap<String, Set<Right>>();
    rooms.forEach(pattern -> add(rights, pattern, Right.JOIN, Right.PUBLISH));
    join.forEach(pattern -> add(rights, pattern, Right.JOIN));
    publish.forEach(pattern -> add(rights, pattern, Right.PUBLISH));
    return rights;
  }

  private static void add(Map<String, Set<Right>> rights, String pattern, Right... more) {
    rights
        .computeIfAbsent(pattern.strip(), absent -> EnumSet.noneOf(Right.class))
        .addAll(List.of(more));
  }

  /** Whole numbers and truths are what they look like, everything else is text. */
  private Map<String, Object> typedClaims() {
    var typed = new LinkedHashMap<String, Object>();
    claims.forEach(
        (name, value) ->
            typed.put(
                name,
                value.matches("-?[0-9]{1,15}")
                    ? (Object) Long.valueOf(value)
                    : value.equals("true") || value.equals("false")
                        ? (Object) Boolean.valueOf(value)
                        : value));
    return typed;
  }

  private Duration duration() {
    Matcher written = TTL.matcher(ttl);
    if (!written.matches()) {
      throw new Failure(Exit.MISUSE, "--ttl is no time such as 30s, 15m, 1h or 7d");
    }
    long count = Long.parseLong(written.group(1));
    Duration duration =
        switch (written.group(2)) {
          case "s" -> Duration.ofSeconds(count);
          case "m" -> Duration.ofMinutes(count);
          case "h" -> Duration.ofHours(count);
          default -> Duration.ofDays(count);
        };
    if (duration.compareTo(Duration.ofDays(MAX_DAYS)) > 0) {
      throw new Failure(Exit.MISUSE, "--ttl is longer than ten years");
    }
    return duration;
  }
}
