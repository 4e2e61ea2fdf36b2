package dev.carillon.server.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.file.Path;
import java.security.Key;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/** Makes tokens with one key. Safe for use by many threads. */
public final class TokenMaker {
  private final JWSAlgorithm algorithm;
  private final JWSSigner signer;

  private TokenMaker(JWSAlgorithm algorithm, JWSSigner signer) {
    this.algorithm = algorithm;
    this.signer = signer;
  }

  /**
   * With the secret or private key in a file.
   *
   * @throws IllegalArgumentException when there is none: why, and what to do
   */
  public static TokenMaker of(Path file) {
    Key key = KeyFile.read(file);
    try {
      return switch (key) {
        case SecretKey secret -> new TokenMaker(JWSAlgorithm.HS256, new MACSigner(secret));
        case RSAPrivateKey rsa -> new TokenMaker(JWSAlgorithm.RS256, new RSASSASigner(rsa));
        case ECPrivateKey ec -> {
          var own = new ECDSASigner(ec);
          yield new TokenMaker(own.supportedJWSAlgorithms().iterator().next(), own);
        }
        default ->
            throw new IllegalArgumentException(
                key instanceof PrivateKey
                    ? "key file " + file + ": a key of " + key.getAlgorithm() + " makes no tokens"
                    : "key file "
                        + file
                        + " holds a public key, which checks tokens and makes none; name the"
                        + " private one");
      };
    } catch (JOSEException unusable) {
      throw new IllegalArgumentException("key file " + file + ": " + unusable.getMessage());
    }
  }

  /** Makes a token. Claims that are null or empty are left away. */
  public String make(
      String user,
      Map<String, List<String>> rooms,
      Instant issued,
      Instant expires,
      @Nullable String issuer,
      @Nullable String audience,
      Map<String, Object> further) {
    rooms.keySet().forEach(RightsPattern::of);
    var claims = new JWTClaimsSet.Builder();
    further.forEach(claims::claim);
    claims
        .subject(user)
        .issueTime(Date.from(issued))
        .expirationTime(Date.from(expires))
        .claim(RoomRights.CLAIM, rooms);
    if (issuer != null) {
      claims.issuer(issuer);
    }
    if (audience != null) {
      claims.audience(audience);
    }
    var jwt = new SignedJWT(new JWSHeader(algorithm), claims.build());
    try {
      jwt.sign(signer);
    } catch (JOSEException failed) {
      throw new IllegalStateException("the key signs nothing", failed);
    }
    return jwt.serialize();
  }

  /** How the tokens are signed, such as {@code HS256}. */
  public String algorithm() {
    return algorithm.getName();
  }
}
