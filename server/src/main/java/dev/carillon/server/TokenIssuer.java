package dev.carillon.server;

import dev.carillon.core.User;
import dev.carillon.server.token.RoomRights;
import dev.carillon.server.token.TokenCheck;
import dev.carillon.server.token.TokenMaker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the tokens that a server in {@link AuthMode#JWT} lets users in with: any program that holds
 * the key can, and this is one way. Safe for use by many threads.
 */
public final class TokenIssuer {
  private static final int SECRET_BYTES = 32;

  /** What may be done in a room. */
  public enum Right {
    /** Reading: messages, history and members. */
    JOIN,
    /** Publishing. */
    PUBLISH;

    private String word() {
      return this == JOIN ? RoomRights.JOIN : RoomRights.PUBLISH;
    }
  }

  /**
   * What a token says.
   *
   * @param user 1 to 200 characters without control characters
   * @param rooms rights by room pattern: {@code chat/*} is any one segment, {@code chat/**} one or
   *     more
   * @param claims what filters may look at besides; texts, numbers, booleans, lists and maps
   * @param issuer who made it, or null
   * @param audience who it is for, or null
   */
  public record Grant(
      String user,
      Map<String, Set<Right>> rooms,
      Map<String, Object> claims,
      @Nullable String issuer,
      @Nullable String audience) {
    /** Checks the user and the claims, and copies. */
    public Grant {
      claims = new User(user, false, claims).claims();
      var copy = new LinkedHashMap<String, Set<Right>>();
      rooms.forEach(
          (pattern, rights) ->
              copy.put(pattern, Collections.unmodifiableSet(new LinkedHashSet<>(rights))));
      rooms = Collections.unmodifiableMap(copy);
    }

    /** Rights, and nothing else. */
    public Grant(String user, Map<String, Set<Right>> rooms) {
      this(user, rooms, Map.of(), null, null);
    }
  }

  private final TokenMaker maker;

  private TokenIssuer(TokenMaker maker) {
    this.maker = maker;
  }

  /**
   * With the key in a file: a secret of at least 32 characters, or a private key in PEM.
   *
   * @throws IllegalArgumentException when it cannot be used: why, and what to do
   */
  public static TokenIssuer of(Path key) {
    return new TokenIssuer(TokenMaker.of(key));
  }

  /**
   * Writes a new secret key, for its owner's eyes only, where there is no file yet.
   *
   * @throws IllegalArgumentException when there is one
   * @throws UncheckedIOException when it cannot be written
   */
  public static void newKey(Path file) {
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(secret) + "\n";
    FileAttribute<?>[] owner =
        FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    try (var channel =
        Files.newByteChannel(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), owner)) {
      channel.write(java.nio.ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (FileAlreadyExistsException there) {
      throw new IllegalArgumentException(
          file + " exists already, and what it holds may be in use: name another file", there);
    } catch (IOException refused) {
      throw new UncheckedIOException(file + " cannot be written", refused);
    }
  }

  /** How tokens are signed, such as {@code HS256}. */
  public String algorithm() {
    return maker.algorithm();
  }

  /**
   * Makes a token.
   *
   * @param ttl how long it is good from {@code issued} on, at least one second
   * @throws IllegalArgumentException when a room pattern is none, or the token gets longer than
   *     servers take
   */
  public String issue(Grant grant, Instant issued, Duration ttl) {
    if (ttl.toSeconds() < 1) {
      throw new IllegalArgumentException("a token is good for 1 s at least, not " + ttl);
    }
    var rooms = new LinkedHashMap<String, List<String>>();
    grant
        .rooms()
        .forEach(
            (pattern, rights) -> rooms.put(pattern, rights.stream().map(Right::word).toList()));
    String token =
        maker.make(
            grant.user(),
            rooms,
            issued,
            issued.plus(ttl),
            grant.issuer(),
            grant.audience(),
            grant.claims());
    if (token.length() > TokenCheck.MAX_TOKEN) {
      throw new IllegalArgumentException(
          "the token has %d characters, at most %d are taken; give it fewer patterns and claims"
              .formatted(token.length(), TokenCheck.MAX_TOKEN));
    }
    return token;
  }
}
