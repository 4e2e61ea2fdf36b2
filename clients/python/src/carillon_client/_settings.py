"""Limits and times, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """How a client behaves. The protocol's rules for clients give the values of the first group."""

    reconnect_first_ms: int = 1_000
    reconnect_factor: float = 1.5
    reconnect_max_ms: int = 30_000
    """Attempt n waits for a part, drawn anew, of ``first * factor ** n``, at most ``max``."""
    slot_max_ms: int = 300_000
    """The longest wait that a server may ask for."""
    rest_min_ms: int = 100
    """What was refused is not asked again sooner, whatever the server says."""
    brief_ms: int = 1_000
    """A connection welcomed for less does not earn its server's slot."""
    trusted_ms: int = 60_000
    """A connection that held for so long makes up for unreadable frames before it."""
    opening_ms: int = 10_000
    """From the attempt to the welcome."""
    heartbeat_min_ms: int = 1_000
    check_ms: int = 5_000
    """How long a connection in doubt may stay silent."""
    late_ms: int = 2_000
    """A timer that runs later than this shows that the machine slept."""
    request_ms: int = 10_000
    call_grace_ms: int = 5_000
    """What a call gets beyond its own timeout."""
    in_flight: int = 32
    """Messages of one room sent and not yet answered."""

    answer_ms: int = 30_000
    """A publication or a repeated join unanswered for longer means that the connection is dead."""
    outbox_messages: int = 1_000
    outbox_bytes: int = 16 * 1024 * 1024
    """Messages that wait to be published, or to be answered; more raise ``OutboxFull``."""
    requests: int = 1_000
    """Other requests that wait."""
    calls: int = 64
    """Questions of the server answered at the same time."""
    unread_events: int = 10_000
    unread_bytes: int = 32 * 1024 * 1024
    """What a room may hold that the application has not read. Beyond it the room is set aside:
    left, and joined again from the position reached once half of it has been read."""
    max_frame_bytes: int = 16 * 1024 * 1024
    """The largest message taken from a server."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if value <= 0:
                raise ValueError(f"{name} is {value}, must be more than 0")
        if self.reconnect_factor < 1:
            raise ValueError(f"reconnect_factor is {self.reconnect_factor}, must be at least 1")


DEFAULT = Settings()
