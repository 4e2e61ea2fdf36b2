package dev.carillon.filter.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelMutableExpr;
import dev.cel.common.ast.CelMutableExprConverter;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.Program;
import java.util.ArrayList;

/**
 * Compiles expressions. What they may cost is bounded before they run: by their length, by the
 * number of their parts, and as loops run over tags, claims or what is written out, and never
 * within each other. Regular expressions are of the kind that takes linear time.
 */
final class Expressions {
  static final String TAGS = "tags";
  static final String EVENT = "event";
  static final String KEY = "key";
  static final String SENDER = "sender";
  static final String CLAIMS = "claims";

  /**
   * Begins the names of the parts that depend on the reader alone; nobody can write such a name.
   */
  static final String PART = "@part";

  /** The longest expression, in characters. */
  static final int MAX_LENGTH = 2000;

  static final int MAX_PARTS = 32;

  private static final int MAX_NODES = 500;
  private static final int MAX_DEPTH = 50;
  private static final int MAX_ITERATIONS = 1000;
  private static final int MAX_REGEX = 500;
  private static final int SHOWN = 20;

  private static final CelOptions OPTIONS =
      CelOptions.current()
          .maxExpressionCodePointSize(MAX_LENGTH)
          .maxParseExpressionNodeCount(MAX_NODES)
          .maxParseRecursionDepth(MAX_DEPTH)
          .maxParseErrorRecoveryLimit(5)
          .comprehensionMaxIterations(MAX_ITERATIONS)
          .maxRegexProgramSize(MAX_REGEX)
          .enableHeterogeneousNumericComparisons(true)
          .build();

  private static final CelCompiler AS_WRITTEN =
      variables().addVar(CLAIMS, MapType.create(SimpleType.STRING, SimpleType.DYN)).build();
  private static final CelCompiler SPLIT = split();
  private static final CelRuntime RUNTIME =
      CelRuntimeFactory.standardCelRuntimeBuilder().setOptions(OPTIONS).build();

  private Expressions() {}

  private static CelCompilerBuilder variables() {
    return CelCompilerFactory.standardCelCompilerBuilder()
        .setOptions(OPTIONS)
        .setStandardMacros(
            CelStandardMacro.HAS,
            CelStandardMacro.ALL,
            CelStandardMacro.EXISTS,
            CelStandardMacro.EXISTS_ONE)
        .addVar(TAGS, MapType.create(SimpleType.STRING, SimpleType.STRING))
        .addVar(EVENT, SimpleType.DYN)
        .addVar(KEY, SimpleType.DYN)
        .addVar(SENDER, SimpleType.DYN);
  }

  private static CelCompiler split() {
    CelCompilerBuilder builder = variables();
    for (int i = 0; i < MAX_PARTS; i++) {
      builder.addVar(PART + i, SimpleType.DYN);
    }
    return builder.build();
  }

  static Expression compile(String text) {
    if (text.length() > MAX_LENGTH) {
      return new Expression.Flawed(
          "a filter has at most %d characters, this one has %d"
              .formatted(MAX_LENGTH, text.length()));
    }
    CelValidationResult parsed = AS_WRITTEN.parse(text);
    if (parsed.hasError()) {
      return flawed(text, parsed);
    }
    try {
      CelAbstractSyntaxTree tree = parsed.getAst();
      CelValidationResult checked = AS_WRITTEN.check(tree);
      if (checked.hasError()) {
        return flawed(text, checked);
      }
      CelType result = checked.getAst().getResultType();
      if (!result.equals(SimpleType.BOOL) && !result.equals(SimpleType.DYN)) {
        return new Expression.Flawed(
            "filter: it gives a value of type %s, must give true or false"
                .formatted(result.name()));
      }
      return split(text, tree);
    } catch (CelValidationException | CelEvaluationException broken) {
      return new Expression.Flawed("filter: " + firstLine(String.valueOf(broken.getMessage())));
    } catch (Rewriting.Unfit unfit) {
      return new Expression.Flawed("filter: " + unfit.getMessage());
    }
  }

  private static Expression split(String text, CelAbstractSyntaxTree tree)
      throws CelValidationException, CelEvaluationException, Rewriting.Unfit {
    CelMutableExpr root = CelMutableExprConverter.fromCelExpr(tree.getExpr());
    var rewriting = new Rewriting();
    rewriting.rewrite(root);
    var parts = new ArrayList<Program>();
    for (CelMutableExpr part : rewriting.parts()) {
      parts.add(program(AS_WRITTEN, part, tree));
    }
    return new Expression.Split(text, program(SPLIT, root, tree), parts);
  }

  private static Program program(
      CelCompiler compiler, CelMutableExpr expression, CelAbstractSyntaxTree of)
      throws CelValidationException, CelEvaluationException {
    CelAbstractSyntaxTree tree =
        CelAbstractSyntaxTree.newParsedAst(
            CelMutableExprConverter.fromMutableExpr(expression), of.getSource());
    return RUNTIME.createProgram(compiler.check(tree).getAst());
  }

  private static Expression flawed(String text, CelValidationResult result) {
    if (result.getErrors().isEmpty()) {
      return new Expression.Flawed("filter: " + firstLine(result.getErrorString()));
    }
    CelIssue first = result.getErrors().get(0);
    int line = Math.max(1, first.getSourceLocation().getLine());
    int column = Math.max(0, first.getSourceLocation().getColumn());
    String[] lines = text.split("\n", -1);
    String shown = lines[Math.min(line, lines.length) - 1];
    int at = Math.min(column, shown.length());
    return new Expression.Flawed(
        "filter, %scharacter %d: %s, at: %s>>>%s"
            .formatted(
                lines.length > 1 ? "line " + line + ", " : "",
                column + 1,
                firstLine(first.getMessage()).replace(" (in container '')", ""),
                shown.substring(Math.max(0, at - SHOWN), at),
                shown.substring(at, Math.min(shown.length(), at + SHOWN))));
  }

  private static String firstLine(String message) {
    String line = message.lines().findFirst().orElse("");
    return line.length() <= 200 ? line : line.substring(0, 200) + "...";
  }
}
