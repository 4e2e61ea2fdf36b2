/** The {@code carillon} command: prints, never decides. */
@org.jspecify.annotations.NullMarked
module dev.carillon.cli {
  requires info.picocli;
  requires static org.jspecify;

  opens dev.carillon.cli to
      info.picocli;
}
