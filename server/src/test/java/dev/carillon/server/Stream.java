package dev.carillon.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** An event stream, read event by event. Comments are left out. */
final class Stream implements AutoCloseable {
  /** The fields of one event. */
  record Event(String name, String id, String data) {}

  private final HttpResponse<InputStream> response;
  private final BufferedReader lines;

  private Stream(HttpResponse<InputStream> response) {
    this.response = response;
    this.lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }

  static Stream open(HttpClient http, int port, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Accept", "text/event-stream");
    if (headers.length > 0) {
      request.headers(headers);
    }
    return new Stream(http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
  }

  HttpResponse<InputStream> response() {
    return response;
  }

  /** The next event; its name is "end" when the stream has ended. */
  Event next() throws IOException {
    String name = "message";
    String id = "";
    List<String> data = new ArrayList<>();
    String line;
    while ((line = lines.readLine()) != null) {
      if (line.isEmpty() && !data.isEmpty()) {
        return new Event(name, id, String.join("\n", data));
      }
      int colon = line.indexOf(": ");
      if (colon > 0) {
        String value = line.substring(colon + 2);
        switch (line.substring(0, colon)) {
          case "event" -> name = value;
          case "id" -> id = value;
          case "data" -> data.add(value);
          default -> {}
        }
      }
    }
    return new Event("end", "", "");
  }

  @Override
  public void close() throws IOException {
    response.body().close();
  }
}
