package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTests {
  @Test
  void itHasTheAgreedFields() {
    var report =
        new Report(
            "connect",
            "ws://localhost:8080/",
            "ok",
            new Report.Handshake(null, List.of("permessage-deflate")),
            Map.of("messagesSent", 2L),
            null);

    assertThat(report.json())
        .isEqualTo(
            "{\"operation\":\"connect\",\"target\":\"ws://localhost:8080/\",\"status\":\"ok\","
                + "\"handshake\":{\"protocol\":\"\",\"extensions\":[\"permessage-deflate\"]},"
                + "\"metrics\":{\"messagesSent\":2},\"compliance\":null}");
  }

  @Test
  void whatOthersWroteCannotLeaveItsString() {
    var report = new Report("x", "y", "z", null, Map.of(), "a\"b\\c\nd\u001b[2J");

    assertThat(report.json())
        .contains("\"message\":\"a\\\"b\\\\c\\nd\\u001b[2J\"")
        .contains("\"handshake\":null")
        .doesNotContain("\u001b");
  }

  @Test
  void aTallyGivesAveragesAndRatios() {
    var tally = new Tally();
    assertThat(tally.metrics()).containsEntry("avgLatencyMs", null);

    tally.received(60);
    tally.sent(40);
    tally.framed(100);
    tally.latency(1_000_000);
    tally.latency(2_000_000);
    tally.wire(50, true);

    assertThat(tally.metrics())
        .containsEntry("messagesReceived", 1L)
        .containsEntry("bytesSent", 40L)
        .containsEntry("avgLatencyMs", 1.5)
        .containsEntry("compressionRatio", 0.5);
  }
}
