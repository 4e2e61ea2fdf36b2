package dev.carillon.cli;

import picocli.CommandLine.IVersionProvider;

/** What this program is called, and which one it is. */
final class Version implements IVersionProvider {
  static final String NUMBER = "0.1.0";

  @Override
  public String[] getVersion() {
    return new String[] {
      "carillon " + NUMBER, "Java " + Runtime.version().feature() + " on ${os.name} ${os.arch}"
    };
  }
}
