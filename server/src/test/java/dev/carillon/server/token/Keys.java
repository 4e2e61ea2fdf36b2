package dev.carillon.server.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;

/** Keys and tokens that tests make. */
public final class Keys {
  /** A secret that is long enough for every algorithm. */
  public static final String SECRET = "0123456789abcdef".repeat(4);

  private Keys() {}

  /** A key pair of {@code RSA} or {@code EC}. */
  public static KeyPair pair(String kind, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException(missing);
    }
  }

  /** Writes a key as PEM, {@code label} being PUBLIC KEY or PRIVATE KEY. */
  public static Path pem(Path file, String label, Key key) throws IOException {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
    return Files.writeString(
        file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, body, label));
  }

  /** Claims of alice, good for ten minutes, who may do anything in {@code chat/*}. */
  public static JWTClaimsSet.Builder alice() {
    return new JWTClaimsSet.Builder()
        .subject("alice")
        .expirationTime(new Date(System.currentTimeMillis() + 600_000))
        .claim("rooms", Map.of("chat/*", List.of("join", "publish")));
  }

  /** A signed token. */
  public static String token(JWSHeader header, JWSSigner signer, JWTClaimsSet claims) {
    var jwt = new SignedJWT(header, claims);
    try {
      jwt.sign(signer);
    } catch (JOSEException failed) {
      throw new IllegalStateException(failed);
    }
    return jwt.serialize();
  }

  /** A signed token whose header says only the algorithm. */
  public static String token(JWSAlgorithm algorithm, JWSSigner signer, JWTClaimsSet claims) {
    return token(new JWSHeader(algorithm), signer, claims);
  }

  /** A token of any header and claims, with any signature. */
  public static String raw(String header, String claims, String signature) {
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    return encoder.encodeToString(header.getBytes())
        + "."
        + encoder.encodeToString(claims.getBytes())
        + "."
        + signature;
  }
}
