"""What a server says, as types. Durations and times are in milliseconds, as on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ._fields import Data
from .events import Call, Member, Range, Sender


@dataclass(frozen=True, slots=True)
class Welcome:
    id: int | None
    session: str
    user: str | None
    resume: str | None
    resumed: bool
    server_time: int
    heartbeat: int
    max_message_bytes: int
    max_rooms: int
    node: str | None
    expires: int | None


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is in a room. ``offset``: the last change that is in it."""

    members: tuple[Member, ...]
    count: int
    offset: int | None


@dataclass(frozen=True, slots=True)
class Joined:
    id: int | None
    room: str
    epoch: str
    head: int
    oldest: int | None
    roster: Roster | None


@dataclass(frozen=True, slots=True)
class WireResumed:
    id: int | None
    room: str
    epoch: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class WireReset:
    room: str
    old_epoch: str | None
    epoch: str
    head: int
    oldest: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class WireGap:
    room: str
    epoch: str
    ranges: tuple[Range, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class WireSkipped:
    room: str
    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class WireRewind:
    room: str
    to: int
    attempt: int
    name: str | None


@dataclass(frozen=True, slots=True)
class WireStale:
    room: str
    since: int


@dataclass(frozen=True, slots=True)
class Left:
    id: int | None
    room: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A message without its epoch, which the room's last ``joined`` or ``reset`` said."""

    room: str
    offset: int
    event: str | None
    message_id: str | None
    data: Data
    sender: Sender
    time: int
    key: str | None
    tags: dict[str, str]
    priority: str


@dataclass(frozen=True, slots=True)
class WirePresence:
    room: str
    offset: int
    event: str
    member: Member | None
    count: int | None


@dataclass(frozen=True, slots=True)
class WirePublished:
    id: int
    room: str
    epoch: str
    offset: int
    level: str
    duplicate: bool
    readers: int | None


@dataclass(frozen=True, slots=True)
class Rejected:
    id: int
    room: str | None
    outcome: str
    code: str
    message: str
    retryable: bool
    retry_after: int | None
    last_sequence: int | None


@dataclass(frozen=True, slots=True)
class WireHistory:
    id: int
    room: str
    epoch: str
    entries: tuple[Entry, ...]
    head: int
    oldest: int | None
    more: bool


@dataclass(frozen=True, slots=True)
class Members:
    id: int
    room: str
    roster: Roster


@dataclass(frozen=True, slots=True)
class WireCall:
    id: int
    call: Call
    timeout: int | None


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something was not done."""

    code: str
    message: str
    retryable: bool
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    id: int
    answer: Data | Problem


@dataclass(frozen=True, slots=True)
class Done:
    id: int


@dataclass(frozen=True, slots=True)
class Refreshed:
    id: int | None
    expires: int | None


@dataclass(frozen=True, slots=True)
class Failure:
    """The server's ``error``."""

    id: int | None
    room: str | None
    problem: Problem


@dataclass(frozen=True, slots=True)
class Heads:
    rooms: dict[str, int]


@dataclass(frozen=True, slots=True)
class Pong:
    id: int | None
    server_time: int


@dataclass(frozen=True, slots=True)
class Goodbye:
    reason: str
    retry_after: int | None
    resume: str | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """An operation of a newer server: ignored."""

    op: str


ServerMessage: TypeAlias = (
    Welcome | Joined | WireResumed | WireReset | WireGap | WireSkipped | WireRewind | WireStale
    | Left | Entry | WirePresence | WirePublished | Rejected | WireHistory | Members | WireCall
    | Reply | Done | Refreshed | Failure | Heads | Pong | Goodbye | Unknown
)  # fmt: skip
