package dev.carillon.core.spi;

/** A token, key or password: prints as three stars wherever it ends up. */
public final class Secret {
  private final String value;

  /** Hides {@code value}. */
  public Secret(String value) {
    this.value = value;
  }

  /** The value itself, for the one place that checks it. */
  public String reveal() {
    return value;
  }

  @Override
  public String toString() {
    return "***";
  }
}
