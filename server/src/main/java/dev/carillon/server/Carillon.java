package dev.carillon.server;

/** Where an application begins to embed a server. */
public final class Carillon {
  private Carillon() {}

  /** A server that is still to be told what to do, with the defaults for everything. */
  public static ServerSetup server() {
    return new ServerSetup(Configuration.DEFAULT);
  }

  /** A server of this configuration. */
  public static ServerSetup server(Configuration configuration) {
    return new ServerSetup(configuration);
  }
}
