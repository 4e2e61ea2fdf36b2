"""How long to wait before trying again."""

from __future__ import annotations

from random import Random

from ._settings import Settings


class Backoff:
    """Growing delays with full jitter: 1 s first, times 1.5, at most 30 s."""

    def __init__(self, settings: Settings, random: Random) -> None:
        self._settings = settings
        self._random = random
        self._attempt = 0
        self._unreadable = 0

    def next_ms(self) -> int:
        """The delay before the next attempt."""
        settings = self._settings
        # Past 64 steps the limit was reached long ago, and the power would overflow some day.
        grown = settings.reconnect_first_ms * settings.reconnect_factor ** min(self._attempt, 64)
        self._attempt += 1
        return int(self._random.random() * min(settings.reconnect_max_ms, grown))

    def rest_ms(self, asked_ms: int | None) -> int:
        """The delay before what was refused is asked again: what the server asked for, within
        bounds, or else the next one."""
        drawn_ms = self.next_ms()
        rest = drawn_ms if asked_ms is None else asked_ms
        return max(self._settings.rest_min_ms, min(rest, self._settings.slot_max_ms))

    def unreadable(self) -> None:
        """Something unreadable came: an attempt that success does not take back."""
        self._unreadable += 1
        self._attempt = max(self._attempt, self._unreadable)

    def trust(self) -> None:
        """The other side has behaved for long enough."""
        self._unreadable = 0

    def reset(self) -> None:
        """An attempt succeeded."""
        self._attempt = self._unreadable
