package dev.carillon.benchmarks;

import dev.carillon.load.Scenario;
import dev.carillon.load.Target;

/**
 * What is measured in CPU time a message. Rates are such that the generator has time to spare: what
 * a server does with its own time to spare is not asked here.
 */
enum Workload {
  ECHO("echo, 32 B, one in flight", Peer.Ability.ECHO, new Scenario.Echo(64, 1, 32, 25_000)),
  PIPELINED("echo, 32 B, 16 pipelined", Peer.Ability.ECHO, new Scenario.Echo(64, 16, 32, 320_000)),
  LARGE("echo, 64 KiB", Peer.Ability.ECHO, new Scenario.Echo(16, 1, 64 << 10, 3_000)),
  FAN_OUT(
      "fan-out to 5,000, 128 B",
      Peer.Ability.ROOMS,
      new Scenario.FanOut(5_000, 1, false, 1, 128, 10)),
  BURST_30(
      "bursts of 30 to 5,000",
      Peer.Ability.ROOMS,
      new Scenario.FanOut(5_000, 1, false, 30, 128, 120)),
  BURST_100(
      "bursts of 100 to 5,000",
      Peer.Ability.ROOMS,
      new Scenario.FanOut(5_000, 1, false, 100, 128, 300)),
  DEFLATE(
      "deflate, 1 KiB to 1,000",
      Peer.Ability.DEFLATE,
      new Scenario.FanOut(1_000, 1, false, 1, 1024, 20)),
  MIXED(
      "2,000 in 200 mixed rooms",
      Peer.Ability.ROOMS,
      new Scenario.FanOut(2_000, 200, true, 1, 128, 2_000));

  final String title;
  final Peer.Ability ability;
  final Scenario scenario;

  Workload(String title, Peer.Ability ability, Scenario scenario) {
    this.title = title;
    this.ability = ability;
    this.scenario = scenario;
  }

  Target target(RunningPeer running) {
    return ability == Peer.Ability.ECHO
        ? Target.of(running.address("/"))
        : Target.of(running.address(running.peer.rooms()))
            .withDialect(running.peer.dialect())
            .withCompression(ability == Peer.Ability.DEFLATE);
  }
}
