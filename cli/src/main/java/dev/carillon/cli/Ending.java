package dev.carillon.cli;

/** Lets the process end in good order when it is told to. */
final class Ending {
  private Ending() {}

  /** Has the action run on SIGTERM and SIGINT; then the process ends with exit code 0. */
  static void onSignal(Runnable action) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  action.run();
                  System.out.flush();
                  Runtime.getRuntime().halt(Exit.DONE);
                },
                "carillon-ending"));
  }
}
