package dev.carillon.server.token;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Reads a key from a file: PEM holds a public key, a certificate or a private key of RSA or an
 * elliptic curve; anything else is a secret, whose bytes are the text without white space around.
 */
final class KeyFile {
  /** The shortest secret, in bytes: shorter ones can be guessed (RFC 7518 section 3.2). */
  static final int MIN_SECRET = 32;

  private static final int MAX_BYTES = 64 << 10;
  private static final String BEGIN = "-----BEGIN ";
  private static final String DASHES = "-----";

  private KeyFile() {}

  /**
   * Reads the key.
   *
   * @return a {@link SecretKeySpec}, public or private key
   * @throws IllegalArgumentException when there is none: which file, why, what to do; never a byte
   *     of what it holds
   */
  static Key read(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new IllegalArgumentException(
            "key file " + file + " is larger than 64 KiB, which no key is");
      }
      String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
      return text.startsWith(BEGIN) ? pem(file, text) : secret(file, text);
    } catch (NoSuchFileException none) {
      throw new IllegalArgumentException(
          "there is no key file " + file + "; `carillon token --new-key " + file + "` makes one",
          none);
    } catch (IOException broken) {
      throw new IllegalArgumentException("key file " + file + " cannot be read", broken);
    }
  }

  private static Key secret(Path file, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length < MIN_SECRET) {
      throw new IllegalArgumentException(
          "the secret in key file %s has %d bytes, must have at least %d"
              .formatted(file, bytes.length, MIN_SECRET));
    }
    return new SecretKeySpec(bytes, "HMAC");
  }

  private static Key pem(Path file, String text) {
    int labelEnd = text.indexOf(DASHES, BEGIN.length());
    String label = labelEnd < 0 ? "" : text.substring(BEGIN.length(), labelEnd);
    int end = text.indexOf("-----END " + label + DASHES);
    if (labelEnd < 0 || end < 0) {
      throw new IllegalArgumentException("key file " + file + " begins as PEM and does not end");
    }
    Key key = key(label, text, labelEnd + DASHES.length(), end);
    if (key == null) {
      throw new IllegalArgumentException(
          ("key file %s holds '%s', which is no key that can be used; it must be PUBLIC KEY,"
                  + " CERTIFICATE or PRIVATE KEY (PKCS #8, without a password) of RSA or an"
                  + " elliptic curve. openssl pkey converts it")
              .formatted(file, printable(label)));
    }
    return key;
  }

  private static String printable(String label) {
    return label.length() > 40 ? "..." : label.replaceAll("[^A-Z0-9 ]", "?");
  }

  private static @Nullable Key key(String label, String text, int from, int to) {
    try {
      byte[] der = Base64.getMimeDecoder().decode(text.substring(from, to));
      return switch (label) {
        case "PUBLIC KEY" -> either(new X509EncodedKeySpec(der), true);
        case "PRIVATE KEY" -> either(new PKCS8EncodedKeySpec(der), false);
        case "CERTIFICATE" ->
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new java.io.ByteArrayInputStream(der))
                .getPublicKey();
        default -> null;
      };
    } catch (CertificateException | IllegalArgumentException broken) {
      return null;
    }
  }

  /** The encoding names the kind of key, but the JDK has to be asked for each. */
  private static @Nullable Key either(KeySpec spec, boolean open) {
    for (String kind : new String[] {"RSA", "EC"}) {
      try {
        KeyFactory factory = KeyFactory.getInstance(kind);
        return open ? factory.generatePublic(spec) : factory.generatePrivate(spec);
      } catch (InvalidKeySpecException other) {
        // the next one may be it
      } catch (GeneralSecurityException missing) {
        throw new IllegalStateException("this Java has no " + kind + " keys", missing);
      }
    }
    return null;
  }
}
