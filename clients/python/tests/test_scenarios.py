"""The scenarios of spec/scenarios, run against the state machine."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from places import SPEC, read

from carillon_client import _outputs as out
from carillon_client import events
from carillon_client._codecs import JsonCodec, Payload
from carillon_client._fields import Data
from carillon_client._machine import Machine
from carillon_client._messages import Joined, Members, Welcome, WireHistory
from carillon_client._settings import DEFAULT
from carillon_client.errors import (
    CarillonError,
    ConnectionFailed,
    MalformedMessage,
    PublishUnknown,
    RequestRefused,
)

FILES = sorted(path.name for path in (SPEC / "scenarios").glob("*.json"))
SCENARIOS = [
    pytest.param(scenario, id=f"{name.removesuffix('.json')}: {scenario['name']}")
    for name in FILES
    if name != "begin.json"
    for scenario in read(f"scenarios/{name}")["scenarios"]
]
JOIN_OPTIONS = ("presence", "filter", "name", "ack")


class Constant(Random):
    """A generator whose every draw is the same."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self._value = value

    def random(self) -> float:
        return self._value


class Player:
    """Plays one scenario."""

    def __init__(self, scenario: dict[str, Any]) -> None:
        self._steps = list(scenario["steps"])
        if "begin" in scenario:
            self._steps[:0] = read("scenarios/begin.json")[scenario["begin"]]
        self._random = Constant(scenario.get("random", 0.5))
        self._machine: Machine | None = None
        self._token: str | None = None
        self._calls: dict[int, str | None] = {}
        self._variables: dict[str, Any] = {}

    def play(self) -> None:
        at = 0
        for number, step in enumerate(self._steps):
            at = step.get("at", at)
            network: list[Any] = []
            application: list[Any] = []
            self._pass_time(at, step.get("suspended", False))
            self._happen(step, at)
            if self._machine is not None:
                for output in self._machine.take():
                    self._sort(output, network, application)
            expected = step.get("expect", [])
            try:
                self._compare([e for e in expected if is_network(e)], network, exact=True)
                self._compare([e for e in expected if not is_network(e)], application, exact=False)
            except AssertionError as cause:
                text = (
                    f"step {number} at {at}: {cause}\nnetwork {network}\napplication {application}"
                )
                raise AssertionError(text) from None

    def _pass_time(self, at: int, suspended: bool) -> None:
        machine = self._machine
        if machine is None:
            return
        if suspended:
            machine.tick(at)
        while (due := machine.deadline_ms()) is not None and due <= at:
            machine.tick(due if not suspended else at)

    def _happen(self, step: dict[str, Any], at: int) -> None:
        if "app" in step:
            self._app(dict(step["app"]), at)
            return
        machine = self._machine
        if machine is None:
            return
        if "server" in step:
            said = step["server"]
            for message in said if isinstance(said, list) else [said]:
                machine.received(at, json.dumps(self._filled(message)))
        elif "raw" in step:
            machine.unreadable(at, MalformedMessage(step["raw"], fatal=True))
        elif "net" in step:
            self._net(machine, step["net"], at)

    def _net(self, machine: Machine, net: Any, at: int) -> None:
        if net == "opened":
            machine.opened(at, JsonCodec(), self._token)
        elif net == "failed":
            machine.failed(at, ConnectionFailed("connection_failed", "no", retryable=True))
        elif net in ("online", "wake", "offline"):
            machine.wake(at, network_is_back=net != "offline")
        else:
            machine.closed(at, net["closed"]["code"], net["closed"].get("reason", ""))

    def _app(self, call: dict[str, Any], at: int) -> None:
        do, name = call.pop("do"), call.pop("as", None)
        if do == "connect":
            self._token = call.get("token")
            renewable = call.get("renewable", False)
            self._machine = Machine(DEFAULT, self._random, "p1", 1, renewable=renewable)
        machine = self._machine
        assert machine is not None
        ticket = machine.ticket()
        self._calls[ticket] = name
        payload = None
        if "type" in call:
            payload = Payload.of(call.pop("data"), call.pop("type"))
        if do == "connect":
            machine.connect(at, ticket)
        elif do == "close":
            machine.close(at)
        elif do == "join":
            options = {key: call[key] for key in JOIN_OPTIONS if key in call}
            start: dict[str, Any] = {key: call[key] for key in ("last", "since") if key in call}
            position = events.Position(**call["from"]) if "from" in call else None
            machine.join(at, ticket, call["room"], options, start, position)
        elif do == "leave":
            machine.leave(at, ticket, call["room"])
        elif do == "publish":
            assert payload is not None
            machine.publish(at, ticket, ("room", call.pop("room")), call, payload)
        elif do == "state":
            machine.set_state(at, ticket, call["room"], payload)
        else:
            repeatable = do != "call"
            timeout = call["timeout"] + DEFAULT.call_grace_ms if "timeout" in call else None
            machine.request(
                at, ticket, do, call, payload, repeatable=repeatable, timeout_ms=timeout
            )

    def _sort(self, output: out.Output, network: list[Any], application: list[Any]) -> None:
        match output:
            case out.Open():
                network.append({"open": True})
            case out.Send(frame):
                message = json.loads(frame)
                message.pop("client", None)
                network.append({"send": message})
            case out.Hangup(code, _):
                network.append({"drop": code})
            case out.Changed(out.State.ENDED, _, error):
                assert error is not None
                application.append({"event": {"kind": "closed", "code": error.code}})
            case out.Deliver(_, event, _):
                application.append({"event": {"room": event.room, **event_fields(event)}})
            case out.RoomOver(room, error):
                application.append({"event": {"kind": "left", "room": room, "code": error.code}})
            case out.Told(error, room):
                application.append({"event": {"kind": "error", "room": room, "code": error.code}})
            case out.Answer(ticket, value):
                if self._calls.get(ticket) is not None:
                    application.append({"done": self._calls[ticket], "with": value_fields(value)})
            case out.Fail(ticket, error):
                if self._calls.get(ticket) is not None:
                    application.append({"fail": self._calls[ticket], "with": error_fields(error)})

    def _filled(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith("$"):
            return value[1:] if value.startswith("$$") else self._variables[value]
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        if isinstance(value, dict):
            return {key: self._filled(item) for key, item in value.items()}
        return value

    def _compare(self, expected: list[Any], happened: list[Any], *, exact: bool) -> None:
        assert len(expected) == len(happened), f"expected {expected}"
        for wanted, got in zip(expected, happened, strict=True):
            self._match(wanted, got, exact=exact)

    def _match(self, wanted: Any, got: Any, *, exact: bool) -> None:
        if wanted == "$_":
            return
        if isinstance(wanted, str) and wanted.startswith("$"):
            before = self._variables.setdefault(wanted, got)
            assert before == got, f"{wanted} was {before}, and is {got}"
        elif isinstance(wanted, dict):
            assert isinstance(got, dict), f"{got} is not {wanted}"
            for key, value in wanted.items():
                assert key in got, f"{key} is not in {got}"
                self._match(value, got[key], exact=exact)
            assert not exact or not got.keys() - wanted.keys(), f"{got} is more than {wanted}"
        elif isinstance(wanted, list):
            assert isinstance(got, list), f"{got} is not {wanted}"
            assert len(wanted) == len(got), f"{got} is not {wanted}"
            for one, other in zip(wanted, got, strict=True):
                self._match(one, other, exact=exact)
        else:
            assert wanted == got, f"{got} is not {wanted}"


def is_network(expected: dict[str, Any]) -> bool:
    return bool(expected.keys() & {"open", "send", "drop"})


def event_fields(event: events.Event) -> dict[str, Any]:
    """An event as the scenarios say it."""
    match event:
        case events.Message():
            return {"kind": "message", **entry_fields(event), "epoch": event.position.epoch}
        case events.Resumed(_, epoch, first, last):
            return {"kind": "resumed", "epoch": epoch, "from": first, "to": last}
        case events.Gap(_, epoch, ranges, reason):
            return {"kind": "gap", "epoch": epoch, "ranges": lists(ranges), "reason": reason}
        case events.Skipped(_, ranges):
            return {"kind": "skipped", "ranges": lists(ranges)}
        case events.Missing(_, _, ranges, _):
            return {"kind": "error", "code": "missing_offset", "ranges": lists(ranges)}
        case events.Reset(_, old, epoch, head, _, reason):
            before = None if old is None else old.epoch
            fields = {"old_epoch": before, "epoch": epoch, "head": head, "reason": reason}
            return {"kind": "reset", **fields}
        case events.Rewind(_, to, attempt):
            return {"kind": "rewind", "to": to, "attempt": attempt}
        case events.Fresh():
            return {"kind": "fresh"}
        case events.Stale(_, since):
            return {"kind": "stale", "since": int(since.timestamp() * 1000)}
        case events.Ended(_, error):
            return {"kind": "left", "code": error.code}
        case events.PresenceChange(_, change, member, count):
            return {
                "kind": "presence",
                "event": change,
                "member": member_fields(member),
                "n": count,
            }


def entry_fields(message: events.Message) -> dict[str, Any]:
    return {
        "offset": message.offset,
        "type": message.type,
        "data": message.data,
        "time": int(message.time.timestamp() * 1000),
        "redelivered": message.redelivered,
    }


def member_fields(member: events.Member | None) -> dict[str, Any]:
    return {} if member is None else {"session": member.session, "user": member.user}


def lists(ranges: tuple[events.Range, ...]) -> list[list[int]]:
    return [list(pair) for pair in ranges]


def value_fields(value: Any) -> dict[str, Any]:
    """What a call gave, as the scenarios say it."""
    match value:
        case Welcome():
            return {"session": value.session}
        case Joined():
            return {"room": value.room, "epoch": value.epoch, "head": value.head}
        case events.Published(room, position, level, duplicate, _):
            place = {"room": room, "epoch": position.epoch, "offset": position.offset}
            return {**place, "level": level, "duplicate": duplicate}
        case WireHistory():
            entries = [
                {
                    "offset": entry.offset,
                    "type": entry.data.type,
                    "data": entry.data.value,
                    "time": entry.time,
                }
                for entry in value.entries
            ]
            return {"epoch": value.epoch, "head": value.head, "messages": entries}
        case Members():
            return {"count": value.roster.count}
        case Data(kind, data):
            return {"type": kind, "data": data}
        case _:
            return {}


def error_fields(error: CarillonError) -> dict[str, Any]:
    fields: dict[str, Any] = {"code": error.code, "retryable": error.retryable}
    if isinstance(error, RequestRefused):
        fields["outcome"] = "unknown" if isinstance(error, PublishUnknown) else "not_applied"
    return fields


def test_there_are_scenarios() -> None:
    assert len(SCENARIOS) >= 50


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(scenario: dict[str, Any]) -> None:
    Player(scenario).play()
