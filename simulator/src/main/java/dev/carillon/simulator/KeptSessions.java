package dev.carillon.simulator;

import dev.carillon.core.spi.Broker;
import dev.carillon.core.spi.SessionStore;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that were on the disk when a node was started: who has a token gets them back, as
 * long as there cannot be more sessions than the node lets wait, when it gives up the oldest.
 */
final class KeptSessions {
  private final Map<String, SessionStore.Kept> kept = new LinkedHashMap<>();
  private final World world;
  private long until;
  private int most;

  /** How many sessions there may be at most, waiting for a connection or having one. */
  private int sessions;

  KeptSessions(World world) {
    this.world = world;
  }

  /**
   * A node is started.
   *
   * @param end until when the sessions are certain to wait
   * @param most how many sessions a node lets wait
   */
  void started(SessionStore store, long end, int most) {
    kept.clear();
    until = end;
    this.most = most;
    store.all(
        answer -> {
          if (answer instanceof Broker.Answer.Done<List<SessionStore.Kept>>(var all)) {
            sessions = all.size();
            all.stream()
                .filter(session -> session.lostAt() == 0)
                .forEach(session -> kept.put(session.id(), session));
          }
        });
  }

  /** A client asks for a session, with this token or none: it may get one more. */
  void asked(@Nullable String token) {
    if (token == null || !promised(token)) {
      sessions++;
    }
  }

  /** Whether this token is sure to take a session up again. */
  boolean promised(String token) {
    String[] parts = token.split("\\.", -1);
    SessionStore.Kept session = parts.length == 3 ? kept.get(parts[1]) : null;
    return session != null
        && isRoom()
        && world.millis() <= until
        && session.current().equals(proof(parts[2]));
  }

  /** Whether no session can have been given up for another since the node was started. */
  boolean isRoom() {
    return sessions <= most;
  }

  /** As the server proves it. */
  private static String proof(String secret) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] sum = digest.digest(secret.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().withoutPadding().encodeToString(Arrays.copyOf(sum, 16));
    } catch (NoSuchAlgorithmException impossible) { // every Java has it
      throw new IllegalStateException(impossible);
    }
  }
}
