"""What the state machine wants done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from .errors import CarillonError
from .events import Call, Event


class State(Enum):
    """Where a client is."""

    IDLE = "idle"
    """Not started."""
    CONNECTING = "connecting"
    """A connection is being made."""
    GREETING = "greeting"
    """It is there, and the server has not said welcome yet."""
    CONNECTED = "connected"
    WAITING = "waiting"
    """There is no connection; another attempt comes."""
    ENDED = "ended"
    """There is no connection, and none comes by itself."""


@dataclass(frozen=True, slots=True)
class Open:
    """Make a connection; then call ``opened`` or ``failed``."""


@dataclass(frozen=True, slots=True)
class Send:
    """Write a frame."""

    frame: str | bytes


@dataclass(frozen=True, slots=True)
class Hangup:
    """Close the connection, and let nothing more be heard of it."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Deliver:
    """Something happened in a room, which is read as ``to``: the room itself, a wildcard, the
    inbox. ``size`` is about how many bytes it takes."""

    to: str
    event: Event
    size: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A command succeeded."""

    ticket: int
    value: Any


@dataclass(frozen=True, slots=True)
class Fail:
    """A command failed."""

    ticket: int
    error: CarillonError


@dataclass(frozen=True, slots=True)
class RoomOver:
    """A room is no longer read, and not by our own wish."""

    room: str
    error: CarillonError


@dataclass(frozen=True, slots=True)
class Asked:
    """The application is asked; then call ``replied``."""

    id: int
    call: Call
    timeout_ms: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """Something is wrong that no command waits for."""

    error: CarillonError
    room: str | None = None


@dataclass(frozen=True, slots=True)
class NeedToken:
    """The token expires soon; then call ``refresh`` with a new one."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Another state, and what led to it. ``delay_ms``: until the next attempt, in WAITING."""

    state: State
    delay_ms: int | None = None
    error: CarillonError | None = None


Output: TypeAlias = (
    Open | Send | Hangup | Deliver | Answer | Fail | RoomOver | Asked | Told | NeedToken | Changed
)
