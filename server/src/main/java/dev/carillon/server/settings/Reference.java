package dev.carillon.server.settings;

import java.util.List;

/** Writes the reference page of a {@link Catalog}. */
public final class Reference {
  private static final String INTRODUCTION =
      """
      # Configuration

      <!-- Generated from the records in server/src/main/java/dev/carillon/server; a test holds the two together. -->

      `carillon serve --config carillon.yaml` reads this file. Everything has a default, so no file is needed.
      An environment variable replaces what the file says, and an option of the command line replaces both:
      `--port`, `--host`, `--auth`, and `--set KEY=VALUE` for every setting below. `CARILLON_PORT` and
      `CARILLON_HOST` are short for the two that are needed most; `CARILLON_CONFIG` names the file.

      Anything wrong stops the start: an unknown key, a value of the wrong type, a value out of range. All flaws are
      shown at once, each with file and line, what was found and what is allowed.

      Times are written `500ms`, `25s`, `2m`, `1h` or `7d`, sizes `512 B`, `64 KiB`, `1 MiB` or `2 GiB`. Lists are YAML lists;
      in a variable or option they are separated by commas.

      ```yaml
      listen:
        port: 9000
      origins: [same, "https://chat.example.org"]
      rooms:                      # the first pattern that matches counts
        chat/{id}:
          retention: {count: 500, age: 7d}
          max_message: 16 KiB
        "{any...}":               # all others
          presence: off
      ```

      A room that no pattern matches has the defaults of `rooms.<pattern>` below. In a pattern, `{name}` stands for
      one segment of a room's name and `{name...}`, at the end, for one or more.
      """;

  private Reference() {}

  /** The page, in Markdown. */
  public static String page(List<Catalog.Entry> entries) {
    var page = new StringBuilder(INTRODUCTION);
    String section = "";
    for (Catalog.Entry entry : entries) {
      String own = entry.path().indexOf('.') < 0 ? entry.path() : entry.parts().get(0);
      if (!own.equals(section)) {
        page.append("\n## `").append(own).append("`\n\n");
        page.append("| setting | default | allowed | what it does |\n|---|---|---|---|\n");
        section = own;
      }
      row(page, entry);
    }
    return page.toString();
  }

  private static void row(StringBuilder page, Catalog.Entry entry) {
    String variable = entry.environment() == null ? "" : "<br>`" + entry.environment() + "`";
    String standard = entry.standard().isEmpty() ? "" : "`" + entry.standard() + "`";
    page.append(
        "| `%s`%s | %s | %s | %s |\n"
            .formatted(entry.path(), variable, standard, entry.allowed(), entry.words()));
  }
}
