package dev.carillon.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks a server why somebody did or did not get a message. */
@Command(
    name = "explain",
    description = "Says why somebody did or did not get a message, one sentence a session.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples%n",
    footer = {
      "  export CARILLON_API_KEY=...            (one of api.keys of the server)",
      "  carillon explain --user ann --room chat/lobby --offset 17",
      "  carillon explain https://chat.example --session 1k2-7 --room orders --offset 3 --json"
    })
final class ExplainCommand implements Callable<Integer> {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "URL",
      description = "The server: http://, https://, or host:port. Default: ${DEFAULT-VALUE}.")
  private String url = "http://localhost:8080";

  @Option(names = "--user", paramLabel = "NAME", description = "Whose sessions.")
  private @Nullable String user;

  @Option(names = "--session", paramLabel = "ID", description = "Only this session.")
  private @Nullable String session;

  @Option(
      names = "--room",
      paramLabel = "ROOM",
      required = true,
      description = "Such as chat/lobby.")
  private String room = "";

  @Option(
      names = "--offset",
      paramLabel = "N",
      required = true,
      description = "Which message: its offset in the room.")
  private long offset;

  @Option(
      names = "--epoch",
      paramLabel = "EPOCH",
      description = "What the offset belongs to. Default: the room's own.")
  private @Nullable String epoch;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "A key of the server's API. Better in $CARILLON_API_KEY, which ps hides.")
  private @Nullable String key;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'NAME: VALUE'",
      description = "A further header line. Can be given several times.")
  private List<String> headers = new ArrayList<>();

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Believe these certificate authorities (PEM) instead of the system's.")
  private @Nullable Path authorities;

  @Option(names = "--json", description = "Prints one line of JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    if (user == null && session == null) {
      throw new Failure(Exit.MISUSE, "name the user with --user NAME, or a session with --session");
    }
    if (offset < 1) {
      throw new Failure(Exit.MISUSE, "--offset is " + offset + ", must be at least 1");
    }
    URI server = server();
    HttpResponse<String> answer = ask(request(server));
    PrintWriter out = spec.commandLine().getOut();
    if (answer.statusCode() != 200) {
      throw new Failure(
          Exit.REFUSED, "not explained: " + detail(answer) + " (" + answer.statusCode() + ")");
    }
    if (json) {
      out.println(
          "{\"operation\":\"explain\",\"target\":%s,\"status\":\"ok\",\"answer\":%s}"
              .formatted(Json.write(DialOptions.shown(server)), answer.body().strip()));
    } else {
      answer.body().lines().forEach(line -> out.println(Shown.line(line)));
    }
    out.flush();
    return Exit.DONE;
  }

  private URI server() {
    String address = url.contains("://") ? url : "http://" + url;
    URI uri = DialOptions.address(address.replaceFirst("^ws", "http"), "/");
    return uri.resolve("/api/v1/explain");
  }

  private HttpRequest request(URI server) {
    String secret = key == null ? System.getenv("CARILLON_API_KEY") : key;
    if (secret == null) {
      throw new Failure(
          Exit.MISUSE,
          "show a key of the server's API: --key KEY, or better CARILLON_API_KEY in the"
              + " environment");
    }
    StringBuilder query = new StringBuilder("?offset=" + offset);
    append(query, "room", room);
    append(query, "user", user);
    append(query, "session", session);
    append(query, "epoch", epoch);
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(server.toString() + query))
              .timeout(LIMIT)
              .header("Authorization", "Bearer " + secret)
              .header("Accept", json ? "application/json" : "text/plain");
      DialOptions.fields(headers).forEach(one -> request.header(one.name(), one.value()));
      return request.build();
    } catch (IllegalArgumentException wrong) { // the secret may be in its words
      throw new Failure(Exit.MISUSE, "the key or a header cannot stand in an HTTP request");
    }
  }

  private static void append(StringBuilder query, String name, @Nullable String value) {
    if (value != null) {
      String encoded = URLEncoder.encode(value, StandardCharsets.UTF_8);
      query.append('&').append(name).append('=').append(encoded);
    }
  }

  private HttpResponse<String> ask(HttpRequest request) throws InterruptedException {
    HttpClient.Builder builder =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LIMIT);
    if (authorities != null) {
      builder.sslContext(Authorities.trusted(authorities));
    }
    String host = DialOptions.shown(request.uri().resolve("/"));
    try (HttpClient client = builder.build()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (HttpTimeoutException late) {
      throw new Failure(Exit.TIMED_OUT, "no answer from " + host + " within 10 s");
    } catch (IOException failed) {
      String why = failed.getMessage() == null ? "is nobody there?" : failed.getMessage();
      throw new Failure(Exit.NOT_CONNECTED, "could not ask " + host + ": " + Shown.line(why));
    }
  }

  /** What a problem says of itself; else what came, in short. */
  private static String detail(HttpResponse<String> answer) {
    String body = answer.body().strip();
    try {
      JsonNode detail = JsonMapper.shared().readTree(body).path("detail");
      if (detail.isString()) {
        return Shown.line(detail.stringValue());
      }
    } catch (JacksonException notJson) {
      // whoever answered is no Carillon: its own words are shown
    }
    return body.isEmpty()
        ? "the server has no words for it"
        : Shown.line(body.substring(0, Math.min(200, body.length())));
  }
}
