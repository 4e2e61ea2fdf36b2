package dev.carillon.benchmarks;

import dev.carillon.load.Scenario;
import dev.carillon.load.Target;
import java.util.Map;

/**
 * What is measured in CPU time a message. Rates are such that the generator has time to spare: what
 * a server does with its own time to spare is not asked here.
 */
enum Workload {
  ECHO(
      "echo, 32 B, one in flight",
      Peer.Ability.ECHO,
      new Scenario.Echo(64, 1, 32, 25_000),
      Map.of(Peer.BUN, 1.15, Peer.WS, 0.5)),
  PIPELINED(
      "echo, 32 B, 16 pipelined",
      Peer.Ability.ECHO,
      new Scenario.Echo(64, 16, 32, 320_000),
      Map.of(Peer.BUN, 0.75)),
  LARGE(
      "echo, 64 KiB",
      Peer.Ability.ECHO,
      new Scenario.Echo(16, 1, 64 << 10, 3_000),
      Map.of(Peer.BUN, 1.3)),
  FAN_OUT(
      "fan-out to 5,000, 128 B",
      Peer.Ability.ROOMS,
      new Scenario.FanOut(5_000, 1, false, 1, 128, 10),
      Map.of(Peer.BUN, 0.95, Peer.CENTRIFUGE, 0.4)),
  BURST_30(
      "bursts of 30 to 5,000",
      Peer.Ability.ROOMS,
      new Scenario.FanOut(5_000, 1, false, 30, 128, 120),
      Map.of(Peer.BUN, 1.0)),
  BURST_100(
      "bursts of 100 to 5,000",
      Peer.Ability.ROOMS,
      new Scenario.FanOut(5_000, 1, false, 100, 128, 300),
      Map.of(Peer.BUN, 0.3)),
  BURST_100_FEW(
      "bursts of 100 to 800",
      Peer.Ability.ROOMS,
      new Scenario.FanOut(800, 1, false, 100, 128, 100),
      Map.of()),
  DEFLATE(
      "deflate, 1 KiB to 1,000",
      Peer.Ability.DEFLATE,
      new Scenario.FanOut(1_000, 1, false, 1, 1024, 20),
      Map.of(Peer.BUN, 0.4, Peer.WS, 0.1)),
  MIXED(
      "2,000 in 200 mixed rooms",
      Peer.Ability.ROOMS,
      new Scenario.FanOut(2_000, 200, true, 1, 128, 2_000),
      Map.of());

  final String title;
  final Peer.Ability ability;
  final Scenario scenario;

  /** What Carillon may need at most, in terms of the peer's, where that can be close. */
  final Map<Peer, Double> bars;

  Workload(String title, Peer.Ability ability, Scenario scenario, Map<Peer, Double> bars) {
    this.title = title;
    this.ability = ability;
    this.scenario = scenario;
    this.bars = bars;
  }

  /** Whether a peer can do it; a burst to 5,000 takes most of them seconds. */
  boolean suits(Peer peer) {
    boolean quick = peer == Peer.CARILLON || peer == Peer.BUN;
    return peer.can(ability) && (quick || this != BURST_30 && this != BURST_100);
  }

  /** How long a round is, in seconds: so that CPU time, which is told in 10 ms, is enough of it. */
  int seconds() {
    return this == BURST_100_FEW ? 6 : 2;
  }

  Target target(RunningPeer running) {
    return ability == Peer.Ability.ECHO
        ? Target.of(running.address("/"))
        : Target.of(running.address(running.peer.rooms()))
            .withDialect(running.peer.dialect())
            .withCompression(ability == Peer.Ability.DEFLATE);
  }
}
