package dev.carillon.server.settings;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** Reads YAML into a {@link Tree}, keeping the lines. Confined to the thread that calls it. */
final class Yaml {
  private static final int DEPTH = 20;

  private final String source;
  private final List<Flaw> flaws;

  private Yaml(String source, List<Flaw> flaws) {
    this.source = source;
    this.flaws = flaws;
  }

  /** Reads one document; what is wrong with it is added to {@code flaws}. */
  static Tree.Section read(String source, String text, List<Flaw> flaws) {
    var reader = new Yaml(source, flaws);
    var settings = LoadSettings.builder().setLabel(source).setMaxAliasesForCollections(0).build();
    var top = new Place(source, 1);
    try {
      Optional<Node> root =
          new Composer(settings, new ParserImpl(settings, new StreamReader(settings, text)))
              .getSingleNode();
      Tree tree = root.isEmpty() ? Tree.Section.empty(top) : reader.tree(root.get(), 0);
      if (tree instanceof Tree.Section section) {
        return section;
      }
      if (!(tree instanceof Tree.Scalar scalar && scalar.text().isEmpty())) {
        flaws.add(new Flaw(top, "found " + tree.kind() + ", must be sections such as 'listen:'"));
      }
    } catch (MarkedYamlEngineException wrong) {
      int line = wrong.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      flaws.add(
          new Flaw(new Place(source, line), "this is not YAML: " + firstLine(wrong.getProblem())));
    } catch (YamlEngineException wrong) {
      flaws.add(
          new Flaw(top, "this is not YAML: " + firstLine(String.valueOf(wrong.getMessage()))));
    }
    return Tree.Section.empty(top);
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("unreadable");
  }

  private Tree tree(Node node, int depth) {
    Place place = place(node);
    if (depth > DEPTH) {
      flaws.add(new Flaw(place, "is nested deeper than " + DEPTH + " levels"));
      return new Tree.Scalar(place, "");
    }
    return switch (node) {
      case MappingNode mapping -> section(mapping, place, depth);
      case SequenceNode sequence -> {
        var items = new ArrayList<Tree>();
        sequence.getValue().forEach(item -> items.add(tree(item, depth + 1)));
        yield new Tree.Items(place, items);
      }
      case ScalarNode scalar ->
          new Tree.Scalar(place, scalar.getTag().equals(Tag.NULL) ? "" : scalar.getValue());
      default -> {
        flaws.add(new Flaw(place, "aliases (*name) are not taken here; write the value out"));
        yield new Tree.Scalar(place, "");
      }
    };
  }

  private Tree.Section section(MappingNode mapping, Place place, int depth) {
    Tree.Section section = Tree.Section.empty(place);
    Set<String> seen = new HashSet<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Place keyPlace = place(tuple.getKeyNode());
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        flaws.add(new Flaw(keyPlace, "a key must be a plain word"));
      } else if (!seen.add(key.getValue())) {
        flaws.add(
            new Flaw(keyPlace, "'" + Words.shown(key.getValue()) + "' stands here a second time"));
      } else {
        section
            .entries()
            .put(key.getValue(), new Tree.Entry(keyPlace, tree(tuple.getValueNode(), depth + 1)));
      }
    }
    return section;
  }

  private Place place(Node node) {
    return new Place(source, node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1));
  }
}
