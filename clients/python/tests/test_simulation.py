"""The state machine against a model of the server, on a clock and a network that a seed decides.

Connections break anywhere, answers are lost, the server refuses, doubts and forgets. Always: every
message is in the room at most once and in its publisher's order, what was answered is where the
answer said, and a reader gets every offset once, in order, or is told.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from carillon_client import _outputs as out
from carillon_client import events
from carillon_client._codecs import JsonCodec, Payload
from carillon_client._machine import Machine
from carillon_client._settings import DEFAULT
from carillon_client.errors import PublishUnknown

ROOMS = ("a", "b")


@dataclass
class Log:
    """A room of the model."""

    epoch: str
    entries: list[str] = field(default_factory=list)
    incarnation: int = 0
    last: int = 0
    offsets: dict[int, int] = field(default_factory=dict)


class ModelServer:
    """Speaks the protocol for one client, and keeps the rooms while the client is away."""

    def __init__(self, random: Random, trouble: float) -> None:
        self._random = random
        self._trouble = trouble
        self._epochs = 0
        self.rooms = {name: self._new_log() for name in ROOMS}
        self._joined: dict[str, int] = {}
        self.out: deque[dict[str, Any]] = deque()

    def _new_log(self) -> Log:
        self._epochs += 1
        return Log(f"e{self._epochs}")

    def disconnected(self) -> None:
        self._joined.clear()
        self.out.clear()

    def forget(self, name: str) -> None:
        """The room begins anew, as after a crash without storage."""
        self.rooms[name] = self._new_log()
        if self._joined.pop(name, None) is not None:
            self._joined[name] = 1
            log = self.rooms[name]
            self._say("reset", room=name, epoch=log.epoch, head=0, reason="epoch_changed")

    def _say(self, op: str, **fields: Any) -> None:
        self.out.append({"op": op, **fields})

    def take(self, said: dict[str, Any]) -> None:
        match said["op"]:
            case "connect":
                limits = {"max_message_bytes": 65536, "max_rooms": 10}
                self._say(
                    "welcome", id=said["id"], session="s", resumed=False, server_time=1,
                    heartbeat=0, limits=limits,
                )  # fmt: skip
            case "join":
                self._join(said)
            case "leave":
                self._joined.pop(said["room"], None)
                self._say("left", id=said["id"], room=said["room"])
            case "publish":
                self._publish(said)
        self.deliver()

    def _join(self, said: dict[str, Any]) -> None:
        name, position = said["room"], said.get("from")
        if self._random.random() < self._trouble:
            error = {"code": "broker_unavailable", "message": "no", "retryable": True}
            self._say("error", id=said["id"], room=name, **error)
            return
        log = self.rooms[name]
        head = len(log.entries)
        self._say("joined", id=said["id"], room=name, epoch=log.epoch, head=head)
        self._joined[name] = head + 1
        if position is None:
            return
        if position["epoch"] != log.epoch:
            self._say("reset", room=name, epoch=log.epoch, head=head, reason="epoch_changed")
            return
        first = position["offset"] + 1
        self._joined[name] = first
        self._say(
            "resumed", id=said["id"], room=name, epoch=log.epoch, **{"from": first, "to": head}
        )

    def _publish(self, said: dict[str, Any]) -> None:
        name, sequence = said["room"], said["sequence"]
        log = self.rooms[name]
        draw = self._random.random()
        if draw < self._trouble:
            self._reject(said, "not_applied", "rate_limited", retryable=True)
        elif draw < 2 * self._trouble and "refusable" in said["data"]:
            self._reject(said, "not_applied", "refused", retryable=False)
        elif said["incarnation"] < log.incarnation or (
            log.incarnation == 0 and said.get("previous", sequence - 1) != 0
        ):
            self._reject(said, "unknown", "publisher_reset", retryable=False)
        elif said["incarnation"] == log.incarnation and sequence <= log.last:
            self._answer(said, log, log.offsets[sequence], duplicate=True)
        elif said.get("previous", sequence - 1) != (
            log.last if said["incarnation"] == log.incarnation else 0
        ):
            self._reject(said, "not_applied", "sequence_gap", False, last_sequence=log.last)
        else:
            self._append(said, log)
            if self._random.random() < self._trouble:
                self._reject(said, "unknown", "broker_unavailable", retryable=True)
            else:
                self._answer(said, log, len(log.entries), duplicate=False)

    def _append(self, said: dict[str, Any], log: Log) -> None:
        if said["incarnation"] != log.incarnation:
            log.offsets.clear()
        log.entries.append(said["data"])
        log.incarnation, log.last = said["incarnation"], said["sequence"]
        log.offsets[log.last] = len(log.entries)

    def _answer(self, said: dict[str, Any], log: Log, offset: int, duplicate: bool) -> None:
        place = {"room": said["room"], "epoch": log.epoch, "offset": offset}
        self._say("published", id=said["id"], level="memory", duplicate=duplicate, **place)

    def _reject(
        self, said: dict[str, Any], outcome: str, code: str, retryable: bool, **more: Any
    ) -> None:
        why = {"outcome": outcome, "code": code, "message": "no", "retryable": retryable}
        self._say("rejected", id=said["id"], room=said["room"], **why, **more)

    def deliver(self) -> None:
        for name, following in self._joined.items():
            log = self.rooms[name]
            for offset in range(following, len(log.entries) + 1):
                entry = {"offset": offset, "type": "text", "data": log.entries[offset - 1]}
                if self._random.random() < self._trouble / 4:
                    continue  # a mistake of the server, which the client has to notice
                times = 2 if self._random.random() < self._trouble / 4 else 1
                for _ in range(times):
                    self._say("message", room=name, time=1, **entry)
            self._joined[name] = max(following, len(log.entries) + 1)


class World:
    """One client, one server, one clock."""

    def __init__(self, seed: int, forgets: bool) -> None:
        self._random = Random(seed)
        self._forgets = forgets
        self.now = 0
        self.server = ModelServer(Random(seed + 1), trouble=0.05)
        self.machine = Machine(DEFAULT, Random(seed + 2), "p", 1)
        self._up: deque[str] = deque()
        self._down: deque[str] = deque()
        self.open = False
        self.sent: dict[int, tuple[str, str]] = {}
        self.answers: dict[int, Any] = {}
        self.read: dict[str, list[events.Event]] = {name: [] for name in ROOMS}
        self.history: dict[str, list[Log]] = {name: [self.server.rooms[name]] for name in ROOMS}
        self._count = 0

    def start(self) -> None:
        self.machine.connect(self.now, self.machine.ticket())
        for name in ROOMS:
            self.machine.join(self.now, self.machine.ticket(), name, {}, {})
        trouble, self.server._trouble = self.server._trouble, 0.0
        self._carry_out()
        while self._up or self._down:
            self._pass_on()
        self.server._trouble = trouble

    def _pass_on(self) -> None:
        """The oldest message in either direction arrives."""
        if self._up:
            self.server.take(json.loads(self._up.popleft()))
            self._down.extend(json.dumps(message) for message in self.server.out)
            self.server.out.clear()
        elif self._down:
            self.machine.received(self.now, self._down.popleft())
        self._carry_out()

    def step(self) -> None:
        """Something happens."""
        draw = self._random.random()
        if draw < 0.30:
            self._publish()
        elif draw < 0.55 and self._up:
            self._pass_on()
        elif draw < 0.90 and self._down:
            self.machine.received(self.now, self._down.popleft())
        elif draw < 0.93:
            self._cut()
        elif draw < 0.94 and self._forgets:
            name = self._random.choice(ROOMS)
            self.server.forget(name)
            self.history[name].append(self.server.rooms[name])
        else:
            self._pass_time(self._random.randrange(1, 2_000))
        self._carry_out()

    def settle(self) -> None:
        """Faults end; everything has to be answered and read."""
        self.server._trouble = 0.0
        for _ in range(20_000):
            if self._up or self._down:
                self._pass_on()
            elif self.answers.keys() >= self.sent.keys() and self._all_read():
                return
            else:
                self._pass_time(1_000)
            self._carry_out()
        raise AssertionError(f"nothing settled: {len(self.sent) - len(self.answers)} unanswered")

    def _all_read(self) -> bool:
        for name in ROOMS:
            room = self.machine.rooms.get(name)
            assert room is not None
            position = room.reading.position
            log = self.server.rooms[name]
            if position != events.Position(log.epoch, len(log.entries)):
                heads = {"op": "heads", "rooms": {name: len(log.entries)}}
                if self.open and position is not None and position.epoch == log.epoch:
                    self._down.append(json.dumps(heads))
                return False
        return True

    def _publish(self) -> None:
        self._count += 1
        kind = "refusable" if self._random.random() < 0.2 else "plain"
        ticket, name = self.machine.ticket(), self._random.choice(ROOMS)
        data = f"{kind}-{self._count}"
        self.sent[ticket] = (name, data)
        self.machine.publish(self.now, ticket, ("room", name), {}, Payload.of(data))

    def _cut(self) -> None:
        if self.open:
            self.open = False
            self._up.clear()
            self._down.clear()
            self.server.disconnected()
            self.machine.closed(self.now, 1006)

    def _pass_time(self, millis: int) -> None:
        end = self.now + millis
        while (due := self.machine.deadline_ms()) is not None and due <= end:
            self.now = max(self.now, due)
            self.machine.tick(self.now)
            self._carry_out()
        self.now = end

    def _carry_out(self) -> None:
        while outputs := self.machine.take():
            for output in outputs:
                match output:
                    case out.Open():
                        assert not self.open
                        self.open = True
                        self.machine.opened(self.now, JsonCodec())
                    case out.Send(frame):
                        assert self.open
                        self._up.append(str(frame))
                    case out.Hangup():
                        self.open = False
                        self._up.clear()
                        self._down.clear()
                        self.server.disconnected()
                    case out.Deliver(name, event, _):
                        self.read[name].append(event)
                    case out.Answer(ticket, value):
                        self._settled(ticket, value)
                    case out.Fail(ticket, error):
                        self._settled(ticket, error)

    def _settled(self, ticket: int, result: Any) -> None:
        if ticket in self.sent:
            assert ticket not in self.answers, "answered twice"
            self.answers[ticket] = result

    # -- What must hold

    def check(self) -> None:
        for name in ROOMS:
            for log in self.history[name]:
                assert len(log.entries) == len(set(log.entries)), "a message is there twice"
                numbers = [int(entry.split("-")[1]) for entry in log.entries]
                assert numbers == sorted(numbers), "a message overtook another"
            self._check_reader(name)
        for ticket, answer in self.answers.items():
            self._check_answer(*self.sent[ticket], answer)

    def _check_answer(self, name: str, data: str, answer: Any) -> None:
        logs = {log.epoch: log.entries for log in self.history[name]}
        stored = any(data in entries for entries in logs.values())
        if isinstance(answer, events.Published):
            assert logs[answer.position.epoch][answer.position.offset - 1] == data
        elif isinstance(answer, PublishUnknown):
            assert self._forgets or "refusable" in data
        else:
            assert not stored, f"{data} was refused, and is there"

    def _check_reader(self, name: str) -> None:
        logs = {log.epoch: log.entries for log in self.history[name]}
        expected: events.Position | None = None
        for event in self.read[name]:
            if isinstance(event, events.Message):
                assert expected in (None, event.position)
                assert logs[event.position.epoch][event.offset - 1] == event.data
                expected = events.Position(event.position.epoch, event.offset + 1)
            elif isinstance(event, events.Reset):
                expected = events.Position(event.epoch, event.head + 1)
            elif isinstance(event, events.Missing) and event.lost and expected is not None:
                assert event.ranges[0][0] == expected.offset
                expected = events.Position(event.epoch, event.ranges[-1][1] + 1)


def run(seed: int, forgets: bool) -> None:
    world = World(seed, forgets)
    world.start()
    for _ in range(1_500):
        world.step()
    world.settle()
    world.check()
    assert len(world.sent) > 300
    assert any(len(log.entries) > 10 for logs in world.history.values() for log in logs)


@pytest.mark.parametrize("forgets", [False, True], ids=["keeps", "forgets"])
@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_lost_silently_and_nothing_is_there_twice(seed: int, forgets: bool) -> None:
    run(seed, forgets)


@pytest.mark.full
@pytest.mark.parametrize("forgets", [False, True], ids=["keeps", "forgets"])
@pytest.mark.parametrize("seed", range(1_000, 1_300))
def test_the_same_with_many_seeds(seed: int, forgets: bool) -> None:
    run(seed, forgets)
