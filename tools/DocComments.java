import com.sun.source.doctree.DocCommentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import javax.lang.model.element.Modifier;
import javax.tools.ToolProvider;

/**
 * Names every public or protected type, method and constant in the given source files that has no
 * doc comment. Run by {@code tools/api}.
 *
 * <p>Left alone are overriding methods, compact and implied constructors, and constants of an enum,
 * whose text is often in their arguments. doclint could find the rest, but only together with every
 * missing {@code @param} and {@code @return}, which here would repeat the first sentence.
 */
final class DocComments {
  private final DocTrees docs;
  private final CompilationUnitTree unit;
  private int missing;

  private DocComments(DocTrees docs, CompilationUnitTree unit) {
    this.docs = docs;
    this.unit = unit;
  }

  public static void main(String[] files) throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var manager = compiler.getStandardFileManager(null, null, null)) {
      var sources =
          manager.getJavaFileObjectsFromPaths(Arrays.stream(files).map(Path::of).toList());
      var task = (JavacTask) compiler.getTask(null, manager, null, null, null, sources);
      int missing = 0;
      for (CompilationUnitTree unit : task.parse()) {
        var comments = new DocComments(DocTrees.instance(task), unit);
        var root = new TreePath(unit);
        for (Tree type : unit.getTypeDecls()) {
          if (type instanceof ClassTree declared) {
            comments.check(declared, root, false);
          }
        }
        missing += comments.missing;
      }
      System.exit(missing == 0 ? 0 : 1);
    }
  }

  private void check(ClassTree type, TreePath parent, boolean inInterface) {
    if (!inInterface && !isExported(type.getModifiers())) {
      return;
    }
    var path = new TreePath(parent, type);
    require(path, "type " + type.getSimpleName());
    boolean isInterface =
        type.getKind() == Tree.Kind.INTERFACE || type.getKind() == Tree.Kind.ANNOTATION_TYPE;
    for (Tree member : type.getMembers()) {
      switch (member) {
        case ClassTree nested -> check(nested, path, isInterface);
        case MethodTree method -> check(method, path, isInterface);
        case VariableTree field
            when (isInterface || isExported(field.getModifiers())) && !isEnumConstant(field) ->
            require(new TreePath(path, field), "field " + field.getName());
        default -> {}
      }
    }
  }

  private void check(MethodTree method, TreePath parent, boolean inInterface) {
    boolean exported = inInterface || isExported(method.getModifiers());
    boolean overrides =
        method.getModifiers().getAnnotations().stream()
            .anyMatch(annotation -> annotation.getAnnotationType().toString().equals("Override"));
    if (exported && !overrides && !isImpliedOrCompact(method)) {
      require(new TreePath(parent, method), "method " + method.getName());
    }
  }

  private void require(TreePath path, String what) {
    DocCommentTree comment = docs.getDocCommentTree(path);
    if (comment == null || comment.getFullBody().isEmpty() && comment.getBlockTags().isEmpty()) {
      long position = docs.getSourcePositions().getStartPosition(unit, path.getLeaf());
      System.out.printf(
          "%s:%d: %s has no doc comment%n",
          unit.getSourceFile().getName(), unit.getLineMap().getLineNumber(position), what);
      missing++;
    }
  }

  private static boolean isExported(ModifiersTree modifiers) {
    var flags = modifiers.getFlags();
    return flags.contains(Modifier.PUBLIC) || flags.contains(Modifier.PROTECTED);
  }

  /** Javac parses an enum constant to a field that is made with {@code new}. */
  private boolean isEnumConstant(VariableTree field) {
    return docs.getSourcePositions().getStartPosition(unit, field.getType()) < 0
        || field.toString().startsWith("/*public static final*/");
  }

  /** A compact constructor is parsed without parameters, and shows them nowhere in its source. */
  private boolean isImpliedOrCompact(MethodTree method) {
    if (!method.getName().contentEquals("<init>")) {
      return false;
    }
    long start = docs.getSourcePositions().getStartPosition(unit, method);
    long body = docs.getSourcePositions().getStartPosition(unit, method.getBody());
    if (start < 0 || body < 0) {
      return true;
    }
    try {
      var head = unit.getSourceFile().getCharContent(true).subSequence((int) start, (int) body);
      return head.toString().indexOf('(') < 0;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
