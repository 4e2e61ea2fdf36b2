package dev.carillon.benchmarks;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the rounds of one row gave, by peer; a round that does not count is NaN. */
final class Figures {
  private final String title;
  private final Map<Peer, double[]> rounds = new EnumMap<>(Peer.class);

  Figures(String title) {
    this.title = title;
  }

  void put(Peer peer, double[] values) {
    rounds.put(peer, values);
  }

  /** A table's head, with a column for each peer that was run. */
  static String head(String first, List<Peer> run) {
    var head = new StringBuilder("| " + first + " |");
    var rule = new StringBuilder("|---|");
    for (Peer peer : run) {
      head.append(' ').append(peer.title).append(" |");
      rule.append("---|");
    }
    return head + "\n" + rule + "\n";
  }

  /** The medians, with the least and the most. */
  String row(List<Peer> run) {
    var row = new StringBuilder("| " + title + " |");
    for (Peer peer : run) {
      row.append(' ').append(cell(counted(rounds.get(peer)), "%,.0f")).append(" |");
    }
    return row + "\n";
  }

  /** Carillon's figure through the peer's of the same round: the medians, the least, the most. */
  String ratios(List<Peer> run) {
    var row = new StringBuilder("| " + title + " |");
    double[] own = rounds.getOrDefault(Peer.CARILLON, new double[0]);
    for (Peer peer : run) {
      double[] other = rounds.getOrDefault(peer, new double[0]);
      row.append(' ').append(cell(counted(through(own, other)), "%.2f")).append(" |");
    }
    return row + "\n";
  }

  private static double[] through(double[] own, double[] other) {
    double[] ratios = new double[other.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = own[i] / other[i];
    }
    return ratios;
  }

  /** The median of Carillon's figure through the peer's; NaN when there is none. */
  static double ratio(double[] own, double[] other) {
    double[] sorted = counted(through(own, other));
    return sorted.length == 0 ? Double.NaN : median(sorted);
  }

  private static double median(double[] sorted) {
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  private static double[] counted(double[] values) {
    return values == null
        ? new double[0]
        : Arrays.stream(values).filter(value -> !Double.isNaN(value)).sorted().toArray();
  }

  private static String cell(double[] sorted, String format) {
    if (sorted.length == 0) {
      return "";
    }
    double median = median(sorted);
    String least = String.format(Locale.ROOT, format, sorted[0]);
    String most = String.format(Locale.ROOT, format, sorted[sorted.length - 1]);
    return "**%s** %s–%s".formatted(String.format(Locale.ROOT, format, median), least, most);
  }
}
