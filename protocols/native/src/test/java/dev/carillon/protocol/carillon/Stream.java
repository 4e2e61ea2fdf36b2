package dev.carillon.protocol.carillon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.wire.Entry;
import dev.carillon.wire.FromServer;
import dev.carillon.wire.Range;
import dev.carillon.wire.ServerMessage;
import java.util.ArrayList;
import java.util.List;

/** What one reader was given of one room, held against the promise: no hole that was not told. */
final class Stream {
  private final String room;
  private final List<Range> told = new ArrayList<>();
  final List<Entry> messages = new ArrayList<>();
  final List<ServerMessage.Gap> gaps = new ArrayList<>();
  long expected;

  Stream(String room, long expected) {
    this.room = room;
    this.expected = expected;
  }

  Stream take(List<FromServer> heard) {
    heard.forEach(this::take);
    return this;
  }

  private void take(FromServer heard) {
    switch (heard) {
      case ServerMessage.Message message when message.room().equals(room) -> {
        pass();
        assertThat(message.entry().offset()).as("expected after " + told).isEqualTo(expected);
        messages.add(message.entry());
        expected++;
      }
      case ServerMessage.Gap gap when gap.room().equals(room) -> {
        gaps.add(gap);
        tell(gap.ranges());
      }
      case ServerMessage.Skipped skipped when skipped.room().equals(room) -> tell(skipped.ranges());
      default -> {}
    }
  }

  private void tell(List<Range> ranges) {
    for (Range range : ranges) {
      assertThat(range.from()).as("told of what is past").isGreaterThanOrEqualTo(expected);
      told.add(range);
    }
    told.sort((a, b) -> Long.compare(a.from(), b.from()));
    for (int i = 1; i < told.size(); i++) {
      assertThat(told.get(i).from()).as("told twice").isGreaterThan(told.get(i - 1).to());
    }
    pass();
  }

  private void pass() {
    while (!told.isEmpty() && told.getFirst().from() == expected) {
      expected = told.removeFirst().to() + 1;
    }
  }
}
