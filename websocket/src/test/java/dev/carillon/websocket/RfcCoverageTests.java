package dev.carillon.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Every rule has a test that makes a peer break it; the table goes to target/rfc-coverage.md. */
class RfcCoverageTests {
  @Test
  void everyRuleIsProvoked() throws IOException, URISyntaxException, ClassNotFoundException {
    var tests = new TreeMap<Rule, List<String>>();
    var sections = new TreeMap<String, List<String>>();
    for (var type : testClasses()) {
      var section = type.getAnnotation(RfcSection.class);
      if (section != null) {
        sections.computeIfAbsent(section.value(), s -> new ArrayList<>()).add(type.getSimpleName());
      }
      for (var method : type.getDeclaredMethods()) {
        var provokes = method.getAnnotation(Provokes.class);
        if (provokes != null) {
          for (var rule : provokes.value()) {
            var name = type.getSimpleName() + "." + method.getName();
            tests.computeIfAbsent(rule, r -> new ArrayList<>()).add(name);
          }
        }
      }
    }
    Files.writeString(target().resolve("rfc-coverage.md"), table(tests, sections));
    assertThat(tests).as("rules without a test that provokes them").containsOnlyKeys(Rule.values());
    assertThat(sections).hasSizeGreaterThan(8);
  }

  @Test
  void everyRuleFitsWhereItGoes() {
    for (var rule : Rule.values()) {
      assertThat(rule.section()).as(rule.name()).matches("RFC \\d{4} [0-9.]+");
      assertThat(rule.words().getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(123);
      var code = rule.closeCode();
      assertThat(code == null || code.sendable()).isTrue();
      assertThat(code != null && rule.status().isPresent()).isFalse();
      assertThat(rule.toString()).contains(rule.name(), rule.section(), rule.words());
    }
  }

  private static String table(Map<Rule, List<String>> tests, Map<String, List<String>> sections) {
    var text = new StringBuilder("# Rules and the tests that provoke them\n\n");
    text.append("| rule | section | answer | tests |\n|---|---|---|---|\n");
    for (var rule : Rule.values()) {
      var code = rule.closeCode();
      var answer =
          code != null
              ? "close " + code
              : rule.status().isPresent() ? "HTTP " + rule.status().getAsInt() : "hang up";
      text.append("| ").append(rule.name()).append(" | ").append(rule.section());
      text.append(" | ").append(answer).append(" | ");
      text.append(String.join(", ", tests.getOrDefault(rule, List.of("none")))).append(" |\n");
    }
    text.append("\n| section | read out by |\n|---|---|\n");
    for (var entry : sections.entrySet()) {
      text.append("| ").append(entry.getKey()).append(" | ");
      text.append(String.join(", ", entry.getValue())).append(" |\n");
    }
    return text.toString();
  }

  private static Path target() throws URISyntaxException {
    var classes =
        RfcCoverageTests.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    return Path.of(classes).resolve("..").normalize();
  }

  private static List<Class<?>> testClasses() throws URISyntaxException, ClassNotFoundException {
    var directory = target().resolve("test-classes/dev/carillon/websocket").toFile();
    var classes = new ArrayList<Class<?>>();
    var files = directory.listFiles();
    assertThat(files).isNotNull();
    for (File file : files) {
      if (file.getName().endsWith("Tests.class")) {
        var name = file.getName().replace(".class", "");
        classes.add(Class.forName("dev.carillon.websocket." + name));
      }
    }
    return classes;
  }
}
