package dev.carillon.server;

import java.util.List;

/**
 * A configuration with something wrong in it; each flaw says where, what was found, what is
 * allowed.
 */
public final class ConfigurationException extends CarillonException {
  private static final long serialVersionUID = 1L;

  ConfigurationException(List<String> flaws) {
    super(String.join("\n", flaws));
  }

  /** One line each: place, value, what is allowed. */
  public List<String> flaws() {
    return String.valueOf(getMessage()).lines().toList();
  }
}
