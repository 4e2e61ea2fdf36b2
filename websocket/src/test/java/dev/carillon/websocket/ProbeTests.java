package dev.carillon.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProbeTests {
  @Test
  void one() {
    assertThat(Probe.one()).isEqualTo(1);
  }
}
