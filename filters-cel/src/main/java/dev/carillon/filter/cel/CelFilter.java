package dev.carillon.filter.cel;

import dev.carillon.core.Member;
import dev.carillon.core.Message;
import dev.carillon.core.spi.Filter;
import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelVariableResolver;
import dev.cel.runtime.Program;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A compiled expression for the readers of whom its claims say the same. Immutable. */
final class CelFilter implements Filter {
  private final Program program;
  private final @Nullable Object[] values;

  CelFilter(Program program, @Nullable Object[] values) {
    this.program = program;
    this.values = values;
  }

  @Override
  public boolean matches(Message message) {
    CelVariableResolver variables = name -> Optional.ofNullable(variable(name, message));
    try {
      return Boolean.TRUE.equals(program.eval(variables));
    } catch (CelEvaluationException | RuntimeException cannotBeSaid) {
      return false; // as the language has it: a claim that is missing, a number that is none
    }
  }

  private @Nullable Object variable(String name, Message message) {
    return switch (name) {
      case Expressions.TAGS -> message.tags();
      case Expressions.EVENT -> orNull(message.event());
      case Expressions.KEY -> orNull(message.key());
      case Expressions.SENDER -> {
        Member sender = message.sender();
        yield sender == null ? NullValue.NULL_VALUE : sender.user().id();
      }
      default ->
          name.startsWith(Expressions.PART)
              ? values[Integer.parseInt(name.substring(Expressions.PART.length()))]
              : null;
    };
  }

  private static Object orNull(@Nullable String text) {
    return text == null ? NullValue.NULL_VALUE : text;
  }
}
