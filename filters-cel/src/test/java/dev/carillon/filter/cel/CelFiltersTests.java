package dev.carillon.filter.cel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.core.Member;
import dev.carillon.core.Message;
import dev.carillon.core.Payload;
import dev.carillon.core.User;
import dev.carillon.core.spi.Filter;
import dev.carillon.core.spi.Filter.Compiled;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What expressions mean, what they share, and which are refused. */
@Timeout(60)
class CelFiltersTests {
  private static final CelFilters FILTERS = new CelFilters();
  private static final Map<String, Object> ANN =
      Map.of("team", "red", "level", 7L, "score", 1.5, "admin", false, "rooms", List.of("a", "b"));

  private static Message message(Map<String, String> tags) {
    Member sender = new Member("s1", new User("bob"), null);
    return new Message("id", "moved", Payload.EMPTY, sender, 0, tags, null, 0, 0, true);
  }

  private static Compiled compile(String expression, Map<String, Object> claims) {
    var answer = new CompletableFuture<Compiled>();
    FILTERS.compile(expression, claims, answer::complete);
    return answer.join();
  }

  private static Compiled.Made made(String expression, Map<String, Object> claims) {
    Compiled compiled = compile(expression, claims);
    assertThat(compiled).as(expression).isInstanceOf(Compiled.Made.class);
    return (Compiled.Made) compiled;
  }

  private static String flaw(String expression) {
    Compiled compiled = compile(expression, ANN);
    assertThat(compiled).as("%.40s", expression).isInstanceOf(Compiled.Flawed.class);
    return ((Compiled.Flawed) compiled).flaw();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "tags.color == claims.team;true",
        "tags.color != claims.team;false",
        "tags['color'] == 'red' && claims.level >= 5;true",
        "tags.color.startsWith('r');true",
        "tags.color.matches('^r.d$');true",
        "int(tags.size) > 3;true",
        "int(tags.color) > 3;false",
        "tags.none == 'x';false",
        "tags.none != 'x';true",
        "!(tags.none == 'x') && size(tags) == 2;true",
        "tags.none in ['', 'x'] || size(tags) == 0;false",
        "tags.none.startsWith('x') || tags.color == 'red';true",
        "has(tags.none);false",
        "has(tags.color) && size(tags.color) == 3;true",
        "'color' in tags && 'none' in tags;false",
        "tags.exists(name, name == 'size');true",
        "tags.all(name, tags[name] != claims.team);false",
        "claims.rooms.exists(room, room == 'b');true",
        "tags.exists(name, tags[name] == claims.team);true",
        "tags.color in claims.rooms;false",
        "claims.admin || tags.color == 'red';true",
        "claims.none == 'x' || tags.color == 'red';true",
        "claims.none == 'x';false",
        "claims.none != 'x';false",
        "has(claims.none) && claims.none == 'x';false",
        "has(claims.team) ? tags.color == claims.team : false;true",
        "claims.score > 1;true",
        "claims.team;false",
        "event == 'moved' && key == null;true",
        "key != null;false",
        "sender == 'bob';true",
        "true;true",
        "1 / 0 == 1;false",
        "int(tags.size) / 0 == 1;false",
        "tags[claims.team] == 'x';false"
      })
  void expressionsLookAtTagsAndClaims(String expression, boolean wanted) {
    Filter filter = made(expression, ANN).filter();

    assertThat(filter.matches(message(Map.of("color", "red", "size", "12")))).isEqualTo(wanted);
  }

  @Test
  void readersOfWhomTheSameIsLeftShareTheirFilter() {
    Map<String, Object> bob = Map.of("team", "red", "level", 99L);
    Map<String, Object> eve = Map.of("team", "blue", "level", 3L);
    String team = "tags.color == claims.team && claims.level > 5";

    assertThat(made(team, ANN).text()).isEqualTo(made(team, bob).text());
    assertThat(made(team, ANN).text()).isNotEqualTo(made(team, eve).text());
    String level = "claims.level > 5 && size(tags) > 0";
    assertThat(made(level, bob).text()).isNotEqualTo(made(level, eve).text());
    assertThat(made(level, bob).text()).isEqualTo(made(level, ANN).text());
    String loop = "tags.exists(name, tags[name] == claims.team)";
    assertThat(made(loop, ANN).text()).isNotEqualTo(made(loop, eve).text());
    assertThat(made("tags.x == claims.a + claims.b", Map.of("a", "1", "b", "23")).text())
        .isEqualTo(made("tags.x == claims.a + claims.b", Map.of("a", "12", "b", "3")).text());
    String two = "tags.x == claims.a || tags.y == claims.b";
    assertThat(made(two, Map.of("a", "1\ns2:x", "b", "")).text())
        .isNotEqualTo(made(two, Map.of("a", "1", "b", "s2:x\n")).text());
    assertThat(made(two, Map.of("a", "1", "b", 1L)).text())
        .isNotEqualTo(made(two, Map.of("a", "1", "b", "1")).text());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "tags.color ===  1;filter, character 14;>>>=",
        "foo == 'x';filter, character 1: undeclared reference to 'foo';>>>foo",
        "tags.color == 1;filter, character 12;tags.color >>>== 1",
        "size(tags) > ;filter, character;size(tags) >",
        "tags.color.fly();undeclared reference to 'fly';>>>()",
        "tags;must give true or false;map",
        "1 + 1;must give true or false;int",
        "tags.map(n, n) == [];undeclared;map",
        "tags.exists(a, tags.exists(b, a == b));within each other;",
        "claims.exists(a, claims.exists(b, a == b));within each other;",
        "tags.exists(tags, true);a name of its own;",
        "google.protobuf.Duration{seconds: 1} == duration('1s');filter;"
      })
  void aBadExpressionIsRefusedWithItsPlace(String expression, String words, @Nullable String more) {
    assertThat(flaw(expression)).contains(words).contains(more == null ? "" : more);
  }

  @Test
  void anExpressionOnSeveralLinesIsToldTheLine() {
    assertThat(flaw("tags.a == 'x' &&\n  foo")).startsWith("filter, line 2, character 3: ");
  }

  @Test
  void whatIsHugeOrWouldRunLongIsRefused() {
    assertThat(flaw("tags.a == '" + "x".repeat(2000) + "'")).contains("at most 2000");
    assertThat(flaw("(".repeat(900) + "true" + ")".repeat(900))).startsWith("filter");
    assertThat(flaw("!".repeat(1900) + "true || tags.a == 'b'.c")).startsWith("filter");
    assertThat(flaw("[" + "1,".repeat(900) + "1].exists(x, x == 2)")).startsWith("filter");
    assertThat(
            flaw(
                String.join(
                    " || ",
                    IntStream.range(0, 60).mapToObj(i -> "tags.a == claims.b" + i).toList())))
        .contains("more than 32");
    // Runs in linear time whatever the text, as a pattern is no program here.
    Filter regex = made("tags.a.matches('^(a+)+$')", Map.of()).filter();
    assertThat(regex.matches(message(Map.of("a", "a".repeat(16_000) + "b")))).isFalse();
  }

  @Test
  void theServiceIsFound() {
    assertThat(ServiceLoader.load(Filter.Compiler.class))
        .singleElement()
        .isInstanceOf(CelFilters.class);
  }

  @Test
  void moreExpressionsThanAreRememberedAreCompiledAllTheSame() {
    for (int i = 0; i < CelFilters.REMEMBERED + 10; i++) {
      assertThat(flaw("tags." + i)).startsWith("filter");
    }
    assertThat(made("size(tags) == 0", Map.of()).filter().matches(message(Map.of()))).isTrue();
  }
}
