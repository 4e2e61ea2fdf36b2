package dev.carillon.server;

/** How a server decides who its clients are. */
public enum AuthMode {
  /** Everybody is let in under a name that the server makes. */
  ANONYMOUS,
  /** Everybody is let in under the name that they claim; for development. */
  TRUSTING,
  /** Whoever brings a JSON Web Token that {@link Jwt} finds good is let in as its subject. */
  JWT;

  /** Whether anybody who can reach the server gets in. */
  public boolean open() {
    return this != JWT;
  }
}
