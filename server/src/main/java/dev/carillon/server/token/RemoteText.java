package dev.carillon.server.token;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Reads a text of limited size over HTTP, from one address and nowhere else. */
final class RemoteText implements KeySet.Text {
  private static final int MAX_BYTES = 512 << 10;
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration WHOLE = Duration.ofSeconds(8);

  private final URI address;

  private RemoteText(URI address) {
    this.address = address;
  }

  /**
   * An address that may be asked.
   *
   * @throws IllegalArgumentException when it may not: why
   */
  static RemoteText at(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException wrong) {
      throw new IllegalArgumentException("is no address: " + wrong.getReason());
    }
    String scheme = uri.getScheme();
    if (uri.getHost() == null || uri.getUserInfo() != null) {
      throw new IllegalArgumentException("is no address such as https://example.org/jwks.json");
    }
    if (!"https".equalsIgnoreCase(scheme)
        && !("http".equalsIgnoreCase(scheme) && loopback(uri.getHost()))) {
      throw new IllegalArgumentException(
          "must be https://, as whoever changes the keys on their way lets anybody in");
    }
    return new RemoteText(uri);
  }

  private static boolean loopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException unknown) {
      return false;
    }
  }

  /** The address without what may be secret. */
  String name() {
    return address.getScheme() + "://" + address.getAuthority() + address.getPath();
  }

  @Override
  public String read() throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address).header("Accept", "application/json").build();
    // A redirect is not followed: the keys come from where the configuration says.
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build()) {
      try {
        // A limit on the whole answer: the client's own ends with the header lines.
        HttpResponse<byte[]> answer =
            client
                .sendAsync(
                    request,
                    HttpResponse.BodyHandlers.limiting(
                        HttpResponse.BodyHandlers.ofByteArray(), MAX_BYTES))
                .get(WHOLE.toMillis(), TimeUnit.MILLISECONDS);
        if (answer.statusCode() != 200) {
          throw new IOException("it answers " + answer.statusCode());
        }
        return new String(answer.body(), StandardCharsets.UTF_8);
      } catch (ExecutionException failed) {
        Throwable why = failed.getCause() == null ? failed : failed.getCause();
        String words = why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage();
        throw new IOException(words, why);
      } catch (TimeoutException late) {
        throw new IOException("no answer within " + WHOLE.toSeconds() + " s", late);
      } finally {
        client.shutdownNow();
      }
    }
  }
}
