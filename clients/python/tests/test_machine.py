"""The state machine by itself: what the scenarios do not reach."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

import pytest

from carillon_client import _outbox
from carillon_client import _outputs as out
from carillon_client._codecs import JsonCodec, Payload
from carillon_client._machine import Machine
from carillon_client._outputs import State
from carillon_client._settings import DEFAULT
from carillon_client.errors import ConnectionFailed, MalformedMessage
from carillon_client.events import Position

WELCOME = json.dumps(
    {
        "op": "welcome", "session": "s", "resumed": False, "server_time": 1, "heartbeat": 0,
        "limits": {"max_message_bytes": 65536, "max_rooms": 10},
    }
)  # fmt: skip


def idle() -> Machine:
    return Machine(DEFAULT, Random(1), "p", 1)


def connecting() -> Machine:
    machine = idle()
    machine.connect(0)
    return machine


def greeting() -> Machine:
    machine = connecting()
    machine.opened(1, JsonCodec())
    return machine


def connected() -> Machine:
    machine = greeting()
    machine.received(2, WELCOME)
    return machine


def waiting() -> Machine:
    machine = connected()
    machine.closed(3, 1006)
    return machine


def ended() -> Machine:
    machine = connected()
    machine.close(3)
    return machine


STATES: dict[State, Callable[[], Machine]] = {
    State.IDLE: idle,
    State.CONNECTING: connecting,
    State.GREETING: greeting,
    State.CONNECTED: connected,
    State.WAITING: waiting,
    State.ENDED: ended,
}
FAILED = ConnectionFailed("connection_failed", "no", retryable=True)
REFUSED = ConnectionFailed("not_found", "no")
BROKEN = MalformedMessage("no", fatal=True)
NEXT: dict[str, tuple[Callable[[Machine], object], dict[State, State]]] = {
    "opened": (lambda m: m.opened(9, JsonCodec()), {State.CONNECTING: State.GREETING}),
    "failed": (lambda m: m.failed(9, FAILED), {State.CONNECTING: State.WAITING}),
    "failed for good": (lambda m: m.failed(9, REFUSED), {State.CONNECTING: State.ENDED}),
    "welcome": (lambda m: m.received(9, WELCOME), {State.GREETING: State.CONNECTED}),
    "closed": (
        lambda m: m.closed(9, 1006),
        dict.fromkeys((State.CONNECTING, State.GREETING, State.CONNECTED), State.WAITING),
    ),
    "closed for good": (
        lambda m: m.closed(9, 4409),
        dict.fromkeys((State.CONNECTING, State.GREETING, State.CONNECTED), State.ENDED),
    ),
    "unreadable": (
        lambda m: m.unreadable(9, BROKEN),
        dict.fromkeys((State.GREETING, State.CONNECTED), State.WAITING),
    ),
    "not JSON": (
        lambda m: m.received(9, "{"),
        dict.fromkeys((State.GREETING, State.CONNECTED), State.WAITING),
    ),
    "wake": (lambda m: m.wake(9), {State.WAITING: State.CONNECTING}),
    "close": (lambda m: m.close(9), dict.fromkeys(State, State.ENDED)),
    "a long time": (
        lambda m: m.tick(100_000),
        {
            State.CONNECTING: State.WAITING,
            State.GREETING: State.WAITING,
            State.WAITING: State.CONNECTING,
        },
    ),
    "join": (lambda m: m.join(9, m.ticket(), "r", {}, {}, Position("e", 1)), {}),
    "leave": (lambda m: m.leave(9, m.ticket(), "r"), {}),
    "publish": (lambda m: m.publish(9, m.ticket(), ("room", "r"), {}, Payload.of("x")), {}),
    "request": (lambda m: m.request(9, m.ticket(), "members", {"room": "r"}), {}),
    "state": (lambda m: m.set_state(9, m.ticket(), "r", None), {}),
    "withdraw": (lambda m: m.withdraw(7), {}),
    "ack": (lambda m: m.acknowledge(9, "ack", {"room": "r", "offset": 1}), {}),
    "replied": (lambda m: m.replied(9, 1, Payload.of("x")), {}),
    "set aside": (lambda m: m.set_aside(9, "r"), {}),
    "taken up": (lambda m: m.take_up(9, "r"), {}),
}


@pytest.mark.parametrize("given", NEXT, ids=str)
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.value)
def test_every_input_has_one_meaning_in_every_state(state: State, given: str) -> None:
    machine = STATES[state]()
    machine.take()
    happen, following = NEXT[given]
    happen(machine)
    assert machine.state is following.get(state, state)
    outputs = machine.take()
    said = [output for output in outputs if isinstance(output, out.Send)]
    assert not said or machine.state in (State.GREETING, State.CONNECTED)
    opened = [output for output in outputs if isinstance(output, out.Open)]
    assert len(opened) == (machine.state is State.CONNECTING and state is not State.CONNECTING)
    assert machine.take() == []


def test_a_target_that_was_forgotten_counts_in_a_newer_incarnation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_outbox, "MAX_LINES", 2)
    machine = connected()
    machine.take()
    stamps: list[tuple[str, int, int]] = []
    for name in ("a", "b", "c", "a"):
        machine.publish(5, machine.ticket(), ("room", name), {}, Payload.of("x"))
        (send,) = [output for output in machine.take() if isinstance(output, out.Send)]
        said = json.loads(send.frame)
        stamps.append((said["room"], said["incarnation"], said["sequence"]))
        place = {"room": name, "epoch": "e", "offset": 1, "level": "memory"}
        machine.received(6, json.dumps({"op": "published", "id": said["id"], **place}))
    first, last = stamps[0], stamps[-1]
    assert first == ("a", 1, 1)
    assert last[0] == "a"
    assert last[1] > first[1]
    assert last[2] == 1


def test_a_publication_that_is_never_answered_ends_the_connection() -> None:
    machine = connected()
    machine.publish(5, machine.ticket(), ("room", "r"), {}, Payload.of("x"))
    machine.take()
    due = machine.deadline_ms()
    assert due == 5 + DEFAULT.answer_ms
    machine.tick(due)
    assert machine.state is State.WAITING
    assert [output.code for output in machine.take() if isinstance(output, out.Hangup)] == [4420]
