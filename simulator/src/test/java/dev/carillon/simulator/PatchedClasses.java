package dev.carillon.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Everything that the simulator runs, in a class loader of its own, with some sources changed and
 * compiled in memory.
 */
final class PatchedClasses extends URLClassLoader {
  private static final Path ROOT = Path.of("..");

  private final Map<String, byte[]> compiled;

  private PatchedClasses(URL[] classPath, Map<String, byte[]> compiled) {
    super(classPath, ClassLoader.getPlatformClassLoader());
    this.compiled = compiled;
  }

  static PatchedClasses with(PlantedBug bug) throws IOException {
    Map<String, String> sources = new LinkedHashMap<>();
    for (PlantedBug.Edit edit : bug.edits()) {
      String source = sources.get(edit.path());
      if (source == null) {
        source = Files.readString(ROOT.resolve(edit.path()));
      }
      assertThat(source.split(Pattern.quote(edit.found()), -1).length - 1)
          .as("how often \"%s\" stands in %s", edit.found(), edit.path())
          .isEqualTo(1);
      sources.put(edit.path(), source.replace(edit.found(), edit.planted()));
    }
    return new PatchedClasses(classPath(), compile(sources));
  }

  private static URL[] classPath() throws MalformedURLException {
    List<URL> urls = new ArrayList<>();
    for (String part : System.getProperty("java.class.path").split(File.pathSeparator)) {
      urls.add(Path.of(part).toUri().toURL());
    }
    return urls.toArray(URL[]::new);
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes = compiled.get(name);
    return bytes == null ? super.findClass(name) : defineClass(name, bytes, 0, bytes.length);
  }

  private static Map<String, byte[]> compile(Map<String, String> sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
    Map<String, ByteArrayOutputStream> written = new LinkedHashMap<>();
    try (JavaFileManager files =
        new InMemory(compiler.getStandardFileManager(problems, Locale.ROOT, null), written)) {
      List<Source> units = new ArrayList<>();
      sources.forEach((path, text) -> units.add(new Source(path, text)));
      List<String> options = Arrays.asList("-proc:none", "-nowarn", "-implicit:none");
      boolean done = compiler.getTask(null, files, problems, options, null, units).call();
      assertThat(done)
          .as(
              () ->
                  "compiles: "
                      + problems.getDiagnostics().stream().map(PatchedClasses::text).toList())
          .isTrue();
    }
    Map<String, byte[]> classes = new LinkedHashMap<>();
    written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
    return classes;
  }

  private static String text(Diagnostic<?> problem) {
    return problem.getMessage(Locale.ROOT);
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String path, String text) {
      super(URI.create("memory:///" + path), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreErrors) {
      return text;
    }
  }

  /** Keeps what the compiler writes. */
  private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> written;

    InMemory(JavaFileManager files, Map<String, ByteArrayOutputStream> written) {
      super(files);
      this.written = written;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
      return new SimpleJavaFileObject(URI.create("memory:///" + name + ".class"), kind) {
        @Override
        public OutputStream openOutputStream() {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          written.put(name, bytes);
          return bytes;
        }
      };
    }
  }
}
