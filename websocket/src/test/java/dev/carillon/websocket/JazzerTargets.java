package dev.carillon.websocket;

/** The targets of {@link Fuzz} in the form that Jazzer looks for, one class each. */
final class JazzerTargets {
  private JazzerTargets() {}

  static final class FRAMES {
    private FRAMES() {}

    public static void fuzzerTestOneInput(byte[] input) {
      Fuzz.frames(input);
    }
  }

  static final class HANDSHAKE {
    private HANDSHAKE() {}

    public static void fuzzerTestOneInput(byte[] input) {
      Fuzz.handshake(input);
    }
  }

  static final class INFLATER {
    private INFLATER() {}

    public static void fuzzerTestOneInput(byte[] input) {
      Fuzz.inflater(input);
    }
  }
}
