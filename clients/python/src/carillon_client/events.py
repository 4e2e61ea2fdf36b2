"""What happens in a room, as types. ``room.events()`` gives them all, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from .errors import CarillonError

DataType: TypeAlias = Literal["json", "text", "binary"]
Range: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a room's log: everything up to and including ``offset`` has been read.

    Offsets rise by one within an epoch; an epoch is compared for identity only.
    """

    epoch: str
    offset: int

    def __str__(self) -> str:
        return f"{self.epoch}:{self.offset}"

    @classmethod
    def parse(cls, text: str) -> Position:
        """The position that ``str(position)`` wrote."""
        epoch, colon, offset = text.rpartition(":")
        if not colon or not offset.isascii() or not offset.isdigit():
            raise ValueError(f"{text!r} is not a position like epoch:offset")
        return cls(epoch, int(offset))


@dataclass(frozen=True, slots=True)
class Sender:
    """Who published a message. Both are absent when the server did."""

    session: str | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """An entry of a room's log.

    ``data`` is a JSON value, a ``str`` or ``bytes``, as ``type`` says. ``redelivered``: it came
    before and was not acknowledged.
    """

    room: str
    position: Position
    type: DataType
    data: Any
    time: datetime
    event: str | None = None
    sender: Sender = field(default_factory=Sender)
    message_id: str | None = None
    key: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    priority: str = "normal"
    redelivered: bool = False

    @property
    def offset(self) -> int:
        return self.position.offset


@dataclass(frozen=True, slots=True)
class Resumed:
    """Reading goes on behind a hole in the connection: ``first`` to ``last`` are a replay, what
    follows is live. ``last`` is ``first - 1`` when nothing was missed."""

    room: str
    epoch: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Offsets that were lost to this reader (both ends included), and why: ``trimmed``,
    ``conflated``, ``lagged``, ``shed``, or a reason of a newer server."""

    room: str
    epoch: str
    ranges: tuple[Range, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Offsets that did not come although nothing announced it: a mistake of the server. At first
    the room is joined again from its position, so that they may still come; when they are missing
    then as well they are ``lost``, and reading goes on behind them."""

    room: str
    epoch: str
    ranges: tuple[Range, ...]
    lost: bool


@dataclass(frozen=True, slots=True)
class Rewind:
    """What was not acknowledged comes again, from behind the offset ``to``, for the ``attempt``-th
    time."""

    room: str
    to: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """Offsets that were not meant for this reader: filtered out, its own, expired."""

    room: str
    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Reset:
    """Nothing proves that the reader's position belongs to this log (``epoch_changed``), or it lies
    beyond it (``ahead``). Reading goes on behind ``head``; what was between is unknown, and what
    the room still holds can be read with ``history``."""

    room: str
    old: Position | None
    epoch: str
    head: int
    oldest: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Stale:
    """The room's storage cannot be asked since then. Ends with ``Fresh``."""

    room: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Fresh:
    """A room that was stale is up to date again."""

    room: str


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who is in a room, with what they say of themselves in ``state``."""

    session: str
    user: str | None = None
    state: Any = None


@dataclass(frozen=True, slots=True)
class PresenceChange:
    """Somebody came (``join``), went (``leave``) or said something of themselves (``state``); or,
    in a room that only counts, how many there are now (``count``)."""

    room: str
    event: Literal["join", "leave", "state", "count"]
    member: Member | None
    count: int


@dataclass(frozen=True, slots=True)
class Ended:
    """One of a wildcard's rooms or of the inbox is no longer read; the others are. A room that was
    joined by its name ends with this ``error`` raised instead."""

    room: str
    error: CarillonError


Event: TypeAlias = (
    Message
    | Resumed
    | Gap
    | Missing
    | Skipped
    | Reset
    | Rewind
    | Stale
    | Fresh
    | PresenceChange
    | Ended
)


@dataclass(frozen=True, slots=True)
class Published:
    """A message is in its room, as safe as ``level`` says. ``duplicate``: it was there already,
    from an attempt whose answer was lost."""

    room: str
    position: Position
    level: str
    duplicate: bool = False
    readers: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """A page of a room's past. ``more``: there is another behind it."""

    room: str
    epoch: str
    messages: tuple[Message, ...]
    head: int
    oldest: int | None
    more: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A question from the application or another member."""

    event: str
    type: DataType
    data: Any
    room: str | None
    sender: Sender
