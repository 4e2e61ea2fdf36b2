package dev.carillon.filter.cel;

import dev.carillon.core.spi.Filter;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelVariableResolver;
import dev.cel.runtime.Program;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an expression turned out to be, whoever the reader is. Immutable. */
sealed interface Expression {
  /** The filter that it is for one reader. */
  Filter.Compiled of(Map<String, Object> claims);

  /** It is none. */
  record Flawed(String flaw) implements Expression {
    @Override
    public Filter.Compiled of(Map<String, Object> claims) {
      return new Filter.Compiled.Flawed(flaw);
    }
  }

  /**
   * It is one.
   *
   * @param text as the client wrote it
   * @param whole the expression, in which a variable stands for each part that depends on the
   *     reader alone
   * @param parts those parts, each the largest possible
   */
  record Split(String text, Program whole, List<Program> parts) implements Expression {
    @Override
    public Filter.Compiled of(Map<String, Object> claims) {
      @Nullable Object[] values = new @Nullable Object[parts.size()];
      var key = new StringBuilder(text);
      for (int i = 0; i < values.length; i++) {
        values[i] = value(parts.get(i), claims);
        ValueText.append(key.append('\n'), values[i]);
      }
      return new Filter.Compiled.Made(key.toString(), new CelFilter(whole, values));
    }

    /** What a part is for this reader; null when it cannot be said, as a claim is missing. */
    private static @Nullable Object value(Program part, Map<String, Object> claims) {
      CelVariableResolver reader =
          name -> name.equals(Expressions.CLAIMS) ? Optional.of(claims) : Optional.empty();
      try {
        return part.eval(reader);
      } catch (CelEvaluationException | RuntimeException none) {
        return null;
      }
    }
  }
}
