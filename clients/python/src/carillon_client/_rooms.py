"""The rooms that are read: joined, joined again after every loss, left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Any

from ._backoff import Backoff
from ._codecs import Payload
from ._fields import time_of
from ._groups import INBOX, MARGIN_MS, pattern_of
from ._messages import (
    Entry,
    Failure,
    Joined,
    Left,
    Members,
    Problem,
    WireGap,
    WirePresence,
    WireReset,
    WireResumed,
    WireRewind,
    WireSkipped,
    WireStale,
)
from ._outputs import Answer, Deliver, Fail, RoomOver, Told
from ._presence import Presence
from ._reading import Reading
from ._requests import Request, Requests, refusal
from ._settings import Settings
from ._speaker import Speaker
from .errors import CarillonError, RequestRefused, RoomEnded
from .events import Ended, Event, Fresh, Position, Stale

RoomMessage = (
    Entry | WireGap | WirePresence | WireReset | WireResumed | WireRewind | WireSkipped | WireStale
)


PRESENCE = "$presence/"
_MAX_REFUSALS = 3
"""What a room's name follows in the name of the log of its presence."""


class Phase(Enum):
    """How a room stands with the server."""

    APART = "apart"
    """Not joined: there is no connection, or the server asked to wait, or it is set aside."""
    JOINING = "joining"
    """Asked for; what comes before the answer belongs to the time before."""
    LIVE = "live"


@dataclass(slots=True, eq=False)
class Room:
    """One room, from ``join`` to ``leave``."""

    name: str
    options: dict[str, Any]
    """``presence``, ``filter`` and ``name``, which every join repeats."""
    start: dict[str, Any]
    """``last`` or ``since``, until it is known where that is."""
    reading: Reading
    presence: Presence
    backoff: Backoff
    ticket: int | None
    phase: Phase = Phase.APART
    request: int = 0
    due: int | None = None
    """When the first join, which somebody waits for, has taken too long."""
    sent_at: int = 0
    retry_at: int | None = None
    refusals: int = 0
    """How often in a row the server has said that it is joined already."""
    stated: bool = False
    aside: bool = False
    stale: bool = False
    """Whether that was told, and not yet that it is over."""
    state: Payload | None = None
    pattern: re.Pattern[str] | None = None
    """What a wildcard matches. The server then joins those rooms, and each is one of its group."""
    group: str | None = None
    """The wildcard or the inbox through which it is read."""


class Rooms:
    """All rooms of a client, in the order in which they were joined."""

    def __init__(
        self, speaker: Speaker, requests: Requests, settings: Settings, random: Random
    ) -> None:
        self._speaker = speaker
        self._requests = requests
        self._settings = settings
        self._random = random
        self._rooms: dict[str, Room] = {}
        self.new_session = True

    def get(self, name: str) -> Room | None:
        return self._rooms.get(name)

    # -- Commands

    def join(
        self,
        ticket: int,
        name: str,
        options: dict[str, Any],
        start: dict[str, Any],
        position: Position | None,
        now: int,
    ) -> None:
        if name in self._rooms:
            error = RequestRefused("already_joined", f"the room {name} is joined already")
            self._speaker.emit(Fail(ticket, error))
            return
        room = self._new(name, options, start, ticket)
        room.pattern = pattern_of(name)
        room.due = now + self._settings.request_ms
        if position is not None:
            room.reading.begin_at(position)
        self._ask(room, now)

    def _new(
        self, name: str, options: dict[str, Any], start: dict[str, Any], ticket: int | None
    ) -> Room:
        backoff = Backoff(self._settings, self._random)
        room = Room(name, options, start, Reading(name), Presence(name), backoff, ticket)
        self._rooms[name] = room
        return room

    def leave(self, ticket: int | None, name: str, now: int) -> None:
        room = self._rooms.pop(name, None)
        if room is not None and room.pattern is not None:
            self._leave_group(name, now)
        there = room is not None and room.phase is not Phase.APART
        if there and self._speaker.may_speak:
            request = Request(ticket, "leave", {"room": name}, repeatable=False, lost_is_done=True)
            self._requests.add(request, now)
        elif ticket is not None:
            self._speaker.emit(Answer(ticket, None))

    def state(self, ticket: int, name: str, payload: Payload | None, now: int) -> None:
        room = self._rooms.get(name)
        if room is not None:
            room.state = payload
        self._requests.add(Request(ticket, "state", {"room": name}, payload), now)

    def set_aside(self, name: str, now: int) -> None:
        """The application does not keep up: the server is to keep what comes, for a while."""
        room = self._rooms.get(name)
        if room is not None and not room.aside and room.ticket is None:
            room.aside = True
            self._say_leave(room, now)

    def take_up(self, name: str, now: int) -> None:
        """It has caught up."""
        for room in self._set_aside_in(name):
            room.aside = False
            self._ask(room, now)

    def is_aside(self, name: str) -> bool:
        """Whether a room, or one of a group, waits for the application."""
        return bool(self._set_aside_in(name))

    def _set_aside_in(self, name: str) -> list[Room]:
        room = self._rooms.get(name)
        if room is not None and room.pattern is None:
            return [room] if room.aside else []
        return [each for each in self._rooms.values() if each.group == name and each.aside]

    # -- Groups

    def _group_of(self, name: str) -> str | None:
        if name.startswith("$"):
            return INBOX
        for room in self._rooms.values():
            if room.pattern is not None and room.pattern.fullmatch(name):
                return room.name
        return None

    def _summoned(self, joined: Joined, now: int) -> None:
        """The server has joined a room by itself."""
        name = self._group_of(joined.room)
        if name is None or joined.id is not None:
            return
        group = self._rooms.get(name)
        options, start = (group.options, group.start) if group is not None else ({}, {})
        room = self._new(joined.room, options, start, None)
        room.group = name
        room.phase = Phase.JOINING
        self._placed(room, joined, now)

    def _leave_group(self, name: str, now: int) -> None:
        """The rooms of a wildcard that is left: another one may have them, or they are left."""
        for room in [each for each in self._rooms.values() if each.group == name]:
            room.group = self._group_of(room.name)
            if room.group is None:
                del self._rooms[room.name]
                # Those that were not joined by their names are left with the wildcard.
                if room.request and room.phase is not Phase.APART:
                    self._say_leave(room, now)

    # -- The connection

    def connected(self, new_session: bool, now: int) -> None:
        self.new_session = new_session
        # Rooms with positions before the wildcards that match them.
        for room in sorted(self._rooms.values(), key=lambda room: room.pattern is not None):
            self._ask(room, now)

    def disconnected(self, heard: int | None) -> None:
        """``heard``: when something was heard last, by the server's clock."""
        for room in self._rooms.values():
            if room.pattern is not None and room.phase is Phase.LIVE and heard is not None:
                room.start = {"since": heard - MARGIN_MS}  # for rooms that come up meanwhile
            room.phase = Phase.APART
            room.retry_at = None

    def forget_positions(self) -> None:
        for room in self._rooms.values():
            room.reading.forget()

    def tick(self, now: int) -> None:
        for room in list(self._rooms.values()):
            if room.due is not None and now >= room.due and room.ticket is not None:
                timeout = RequestRefused("timeout", "there was no answer in time", retryable=True)
                self._speaker.emit(Fail(room.ticket, timeout))
                self.leave(None, room.name, now)
            elif room.retry_at is not None and now >= room.retry_at:
                self._ask(room, now)

    def next_ms(self) -> int | None:
        times = [room.due for room in self._rooms.values() if room.due is not None]
        times += [room.retry_at for room in self._rooms.values() if room.retry_at is not None]
        return min(times, default=None)

    def oldest_join(self) -> int | None:
        """When the oldest join that nobody waits for was sent, if one is not answered."""
        joining = [
            room.sent_at
            for room in self._rooms.values()
            if room.phase is Phase.JOINING and room.ticket is None
        ]
        return min(joining, default=None)

    def end(self, error: CarillonError) -> None:
        for room in self._rooms.values():
            if room.ticket is not None:
                self._speaker.emit(Fail(room.ticket, error))
        self._rooms.clear()

    def _ask(self, room: Room, now: int) -> None:
        room.retry_at = None
        if not self._speaker.may_speak or room.aside:
            return
        fields: dict[str, Any] = {"room": room.name, **room.options}
        position = room.reading.position
        # The place of a named subscription is kept by the server, but for the first time.
        named = "name" in room.options and room.ticket is None
        room.stated = position is not None and not named
        if position is not None and room.stated:
            fields["from"] = {"epoch": position.epoch, "offset": position.offset}
        elif not room.reading.placed:
            fields.update(room.start)
        room.request = self._speaker.number()
        room.phase = Phase.JOINING
        room.sent_at = now
        self._speaker.say("join", {"id": room.request, **fields})

    def _say_leave(self, room: Room, now: int) -> None:
        room.phase = Phase.APART
        if self._speaker.may_speak:
            self._requests.add(Request(None, "leave", {"room": room.name}, repeatable=False), now)

    def _again(self, room: Room, now: int) -> None:
        self._say_leave(room, now)
        self._ask(room, now)

    # -- What the server says

    def joined(self, joined: Joined, now: int) -> None:
        room = self._rooms.get(joined.room)
        if room is None:
            self._summoned(joined, now)
        elif room.phase is Phase.JOINING and joined.id == room.request:
            self._placed(room, joined, now)

    def _placed(self, room: Room, joined: Joined, now: int) -> None:
        room.phase = Phase.LIVE
        room.refusals = 0
        room.backoff.reset()
        if room.pattern is not None:
            if room.ticket is not None:
                self._speaker.emit(Answer(room.ticket, joined))
                room.ticket = room.due = None
            return  # its rooms have positions, and it has none
        self._fresh(room)
        promised = "name" in room.options or bool(room.start)
        events: list[Event] = list(room.reading.joined(joined, room.stated, promised))
        if joined.roster is not None:
            events += room.presence.listed(joined.roster)
        if room.ticket is not None:
            self._speaker.emit(Answer(room.ticket, joined))
            room.ticket = room.due = None
        elif room.state is not None and self.new_session:
            self._requests.add(Request(None, "state", {"room": room.name}, room.state), now)
        self._deliver(room, events, 0)

    def failed(self, failure: Failure, now: int) -> bool:
        """Whether the error answers a join here."""
        for room in self._rooms.values():
            if room.phase is Phase.JOINING and room.request == failure.id:
                self._refused(room, failure.problem, now)
                return True
        return False

    def _refused(self, room: Room, problem: Problem, now: int) -> None:
        if room.ticket is not None:
            self._speaker.emit(Fail(room.ticket, refusal(problem)))
            del self._rooms[room.name]
        elif problem.code == "already_joined" and room.refusals < _MAX_REFUSALS:
            room.refusals += 1
            self._again(room, now)
        elif problem.retryable:
            room.phase = Phase.APART
            rest = room.backoff.rest_ms(problem.retry_after)
            room.retry_at = now + rest
            self._speaker.emit(Told(refusal(problem), room.name))
        else:
            self._over(room, RoomEnded(problem.code, problem.message), now)

    def _over(self, room: Room, error: RoomEnded, now: int) -> None:
        del self._rooms[room.name]
        if room.pattern is not None:
            self._leave_group(room.name, now)
        if room.group is None:
            self._speaker.emit(RoomOver(room.name, error))
        else:
            self._deliver(room, [Ended(room.name, error)], 0)

    def left(self, left: Left, now: int) -> None:
        """Not as the answer to a leave of ours: the server takes the room away."""
        room = self._rooms.get(left.room)
        if room is None or room.phase is not Phase.LIVE or left.id is not None:
            return
        reason = left.reason or "left"
        self._over(room, RoomEnded(reason, f"the server ended the reading of {left.room}"), now)

    def heads(self, rooms: dict[str, int], now: int) -> None:
        for name, head in rooms.items():
            room = self._rooms.get(name)
            if room is not None and room.phase is Phase.LIVE:
                self._fresh(room)
                self._took(room, room.reading.head(head), head + 1, 0, now)

    def _fresh(self, room: Room) -> None:
        """There is news of a room, so it is not stale any more."""
        if room.stale:
            room.stale = False
            self._deliver(room, [Fresh(room.name)], 0)

    def take(self, message: RoomMessage, size: int, now: int) -> None:
        """Something about a room."""
        if message.room.startswith(PRESENCE):
            self._take_of_presence(message, now)
            return
        room = self._rooms.get(message.room)
        if room is None or room.phase is not Phase.LIVE:
            return
        if isinstance(message, Entry | WireResumed | WireReset):
            self._fresh(room)
        reading = room.reading
        reached = 0
        events: Sequence[Event] | None
        if isinstance(message, Entry):
            events, reached = reading.message(message), message.offset
        elif isinstance(message, WireResumed):
            events, reached = reading.resumed(message), message.first
        elif isinstance(message, WirePresence):
            self._presence_changed(room, message, size, now)
            return
        elif isinstance(message, WireGap):
            events = reading.gap(message)
        elif isinstance(message, WireSkipped):
            events = reading.skipped(message)
        elif isinstance(message, WireReset):
            events = reading.reset(message)
        elif isinstance(message, WireRewind):
            events = reading.rewind(message)
        else:
            room.stale = True
            events = [Stale(room.name, time_of(message.since))]
        self._took(room, events, reached, size, now)

    def _took(
        self, room: Room, events: Sequence[Event] | None, reached: int, size: int, now: int
    ) -> None:
        if events is None:
            self._deliver(room, [room.reading.ask_again(reached)], 0)
            self._again(room, now)
        else:
            self._deliver(room, events, size)

    def _presence_changed(self, room: Room, change: WirePresence, size: int, now: int) -> None:
        event, missing = room.presence.changed(change)
        self._deliver(room, [event] if event is not None else [], size)
        if missing:
            self._ask_members(room, now)

    def _take_of_presence(self, message: RoomMessage, now: int) -> None:
        """Something about the log of a room's presence, in which the changes stand."""
        room = self._rooms.get(message.room.removeprefix(PRESENCE))
        if room is None or room.phase is not Phase.LIVE:
            return
        if isinstance(message, WireSkipped):
            room.presence.skipped(message.ranges)
        elif isinstance(message, (WireGap, WireReset)):
            self._ask_members(room, now)

    def _ask_members(self, room: Room, now: int) -> None:
        def corrected(answer: Members) -> None:
            if self._rooms.get(room.name) is room:
                self._deliver(room, room.presence.listed(answer.roster), 0)

        self._requests.add(Request(None, "members", {"room": room.name}, then=corrected), now)

    def _deliver(self, room: Room, events: Sequence[Event], size: int) -> None:
        for event in events:
            self._speaker.emit(Deliver(room.group or room.name, event, size))
