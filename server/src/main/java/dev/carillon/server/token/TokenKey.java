package dev.carillon.server.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import java.nio.file.Path;
import java.security.Key;
import java.security.PrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * A key that checks signatures of one algorithm, which it names itself: a token's header chooses
 * nothing. Immutable, safe for use by many threads.
 *
 * @param id the {@code kid} by which tokens name it, or null when any token may mean it
 */
record TokenKey(@Nullable String id, JWSAlgorithm algorithm, JWSVerifier verifier) {
  private static final int MIN_RSA_BITS = 2048;

  /**
   * The key in a file.
   *
   * @param wanted the algorithm, where the kind of key leaves a choice; or null
   * @throws IllegalArgumentException when it cannot be used: why
   */
  static TokenKey of(Path file, @Nullable String wanted) {
    Key key = KeyFile.read(file);
    if (key instanceof PrivateKey) {
      throw new IllegalArgumentException(
          "key file %s holds a private key, which only whoever makes tokens should have; the server"
                  .formatted(file)
              + " needs the public one: openssl pkey -in FILE -pubout");
    }
    try {
      return of(null, key, wanted == null ? null : JWSAlgorithm.parse(wanted));
    } catch (IllegalArgumentException unusable) {
      throw new IllegalArgumentException("key file %s: %s".formatted(file, unusable.getMessage()));
    }
  }

  /**
   * A key of a JSON Web Key set.
   *
   * @param secrets whether it may be a secret one
   * @return null when it is none that checks signatures, or none of the wanted algorithm
   */
  static @Nullable TokenKey of(JWK jwk, @Nullable String wanted, boolean secrets) {
    if (jwk.getKeyUse() != null && !jwk.getKeyUse().equals(KeyUse.SIGNATURE)) {
      return null;
    }
    String named = jwk.getAlgorithm() == null ? wanted : jwk.getAlgorithm().getName();
    if (wanted != null && !wanted.equals(named)) {
      return null;
    }
    try {
      Key key =
          switch (jwk) {
            case RSAKey rsa -> rsa.toRSAPublicKey();
            case ECKey ec -> ec.toECPublicKey();
            case OctetSequenceKey secret when secrets -> secret.toSecretKey();
            default -> null;
          };
      return key == null
          ? null
          : of(jwk.getKeyID(), key, named == null ? null : JWSAlgorithm.parse(named));
    } catch (JOSEException | IllegalArgumentException unusable) {
      return null;
    }
  }

  private static TokenKey of(@Nullable String id, Key key, @Nullable JWSAlgorithm wanted) {
    try {
      return switch (key) {
        case SecretKey secret ->
            of(id, wanted == null ? JWSAlgorithm.HS256 : wanted, new MACVerifier(secret));
        case RSAPublicKey rsa -> {
          int bits = rsa.getModulus().bitLength();
          if (bits < MIN_RSA_BITS) {
            throw new IllegalArgumentException(
                "an RSA key of %d bits can be broken, it must have at least %d"
                    .formatted(bits, MIN_RSA_BITS));
          }
          yield of(id, wanted == null ? JWSAlgorithm.RS256 : wanted, new RSASSAVerifier(rsa));
        }
        case ECPublicKey ec -> {
          var verifier = new ECDSAVerifier(ec);
          // A curve has one algorithm.
          JWSAlgorithm own = verifier.supportedJWSAlgorithms().iterator().next();
          yield of(id, wanted == null ? own : wanted, verifier);
        }
        default ->
            throw new IllegalArgumentException(
                "a key of %s cannot be used; it must be RSA, an elliptic curve, or a secret"
                    .formatted(key.getAlgorithm()));
      };
    } catch (JOSEException unusable) {
      throw new IllegalArgumentException("the key cannot be used: " + unusable.getMessage());
    }
  }

  private static TokenKey of(@Nullable String id, JWSAlgorithm algorithm, JWSVerifier verifier) {
    if (!verifier.supportedJWSAlgorithms().contains(algorithm)) {
      throw new IllegalArgumentException(
          "the algorithm %s does not suit this key, which can do %s"
              .formatted(algorithm, verifier.supportedJWSAlgorithms()));
    }
    return new TokenKey(id, algorithm, verifier);
  }

  /** Whether a token that names {@code kid}, or none, may be signed with it. */
  boolean answersTo(@Nullable String kid) {
    return id == null || kid == null || id.equals(kid);
  }
}
