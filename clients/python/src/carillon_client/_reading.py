"""Where a reader stands in one room, and what each thing that the server says means there.

A reader expects one offset. Whatever comes has that offset, or was announced, or repeats what is
known, or shows that something is missing. No I/O, no time.
"""

from __future__ import annotations

from ._fields import time_of
from ._messages import (
    Entry,
    Joined,
    WireGap,
    WireReset,
    WireResumed,
    WireRewind,
    WireSkipped,
)
from .events import Event, Gap, Message, Missing, Position, Range, Reset, Resumed, Rewind, Skipped

MAX_ANNOUNCED = 10_000
"""Ranges announced and not reached; beyond it a server is not believed."""


class Reading:
    """The position in a room, and what was announced ahead of it."""

    def __init__(self, room: str) -> None:
        self.room = room
        self.epoch: str | None = None
        self.expected = 1
        """The offset that comes next, if nothing else is said."""
        self._retried = 0
        """Comes again after an attempt in vain, perhaps to another client; 0 for none."""
        self._highest = 0
        """The last offset of this epoch that was handed on."""
        self._announced: list[Range] = []
        self._fresh = True
        """The server chooses where reading begins, and has not said it yet."""
        self.placed = False
        """Where reading begins is known; until then a join is repeated as it was first said."""
        self._forgotten: Position | None = None
        self._asked_again: int | None = None

    @property
    def position(self) -> Position | None:
        """Where to go on after a lost connection."""
        if self.epoch is None or not self.placed:
            return None
        return Position(self.epoch, self.expected - 1)

    def begin_at(self, position: Position) -> None:
        """The application knows where it was."""
        self.epoch, self.expected = position.epoch, position.offset + 1
        self._fresh = False
        self.placed = True

    def forget(self) -> None:
        """The session is over on the server, and positions with it. What comes now is a new start,
        and is told as a reset."""
        self._forgotten = self.position or self._forgotten
        self.epoch = None

    def joined(self, joined: Joined, stated: bool, promised: bool) -> list[Event]:
        """The answer to a join. ``stated``: with our position, so ``resumed`` or ``reset`` follows.
        ``promised``: with another wish where to begin, so ``resumed`` follows."""
        self._announced.clear()
        if stated:
            return []
        self._fresh = True
        self.placed = self.placed or not promised
        old, self._forgotten = self._forgotten, None
        if old is not None:
            reason = "session_expired"
            return [self._reset(old, joined.epoch, joined.head, joined.oldest, reason)]
        self._move(joined.epoch, joined.head + 1)
        return []

    def resumed(self, resumed: WireResumed) -> list[Event] | None:
        """``None``: something is missing before it."""
        self.placed = True
        told = Resumed(self.room, resumed.epoch, resumed.first, resumed.last)
        if self._fresh:
            self._move(resumed.epoch, resumed.first)
            self._fresh = False
            return [told]
        if resumed.epoch != self.epoch:
            # It cannot be the same log, whatever this server takes it for.
            old, head = self.position, resumed.first - 1
            return [self._reset(old, resumed.epoch, head, None, "epoch_changed"), told]
        before = self._missing_before(resumed.first)
        return None if before is None else [*before, told]

    def reset(self, reset: WireReset) -> list[Event]:
        self._fresh = False
        self.placed = True
        return [self._reset(self.position, reset.epoch, reset.head, reset.oldest, reset.reason)]

    def message(self, entry: Entry) -> list[Event] | None:
        """``None``: something is missing before it, and the room has to be joined again."""
        events = self._missing_before(entry.offset)
        if events is None or entry.offset < self.expected:
            return events
        self._fresh = False
        self.expected = entry.offset + 1
        again = entry.offset <= self._highest or entry.offset == self._retried
        self._highest = max(self._highest, entry.offset)
        events.append(as_message(entry, self.epoch or "", again))
        return events

    def gap(self, gap: WireGap) -> list[Event]:
        ranges = self._announce(gap.ranges) if gap.epoch == self.epoch else ()
        return [Gap(self.room, gap.epoch, ranges, gap.reason)] if ranges else []

    def skipped(self, skipped: WireSkipped) -> list[Event]:
        ranges = self._announce(skipped.ranges)
        return [Skipped(self.room, ranges)] if ranges else []

    def rewind(self, rewind: WireRewind) -> list[Event]:
        """Only backwards: forwards it would hide a loss."""
        if rewind.to >= self.expected:
            return []
        self.expected = rewind.to + 1
        self._retried = self.expected if rewind.attempt > 1 else 0
        return [Rewind(self.room, rewind.to, rewind.attempt)]

    def head(self, head: int) -> list[Event] | None:
        """Nothing came since the entry with this offset, says the server."""
        return self._missing_before(head + 1) if self.placed else []

    def ask_again(self, reached: int) -> Missing:
        """Begins to tolerate: what is missing now will be given up when it is missing again."""
        self._asked_again = self.expected
        missing = ((self.expected, reached - 1),)
        return Missing(self.room, self.epoch or "", missing, lost=False)

    def _missing_before(self, offset: int) -> list[Event] | None:
        self._pass_announced()
        if offset <= self.expected:
            return []
        if self._asked_again != self.expected:
            return None
        missing = ((self.expected, offset - 1),)
        self.expected = offset
        self._asked_again = None
        return [Missing(self.room, self.epoch or "", missing, lost=True)]

    def _reset(
        self, old: Position | None, epoch: str, head: int, oldest: int | None, reason: str
    ) -> Reset:
        self._announced.clear()
        self._move(epoch, head + 1)
        return Reset(self.room, old, epoch, head, oldest, reason)

    def _move(self, epoch: str, expected: int) -> None:
        if epoch != self.epoch:
            self._highest = self._retried = 0
        self.epoch, self.expected = epoch, expected

    def _announce(self, ranges: tuple[Range, ...]) -> tuple[Range, ...]:
        """Remembers what will not come, and gives back what of it is news."""
        news = ranges  # all of it, as long as nothing has said where reading begins
        if not self._fresh:
            known = self.expected
            news = tuple((max(first, known), last) for first, last in ranges if last >= known)
        self._announced = sorted([*self._announced, *news])[:MAX_ANNOUNCED]
        self._pass_announced()
        return news

    def _pass_announced(self) -> None:
        passed = 0
        for first, last in self._announced:
            if first > self.expected:
                break
            self.expected = max(self.expected, last + 1)
            passed += 1
        if passed:
            del self._announced[:passed]


def as_message(entry: Entry, epoch: str, redelivered: bool = False) -> Message:
    """An entry as the application sees it."""
    return Message(
        room=entry.room,
        position=Position(epoch, entry.offset),
        type=entry.data.type,
        data=entry.data.value,
        time=time_of(entry.time),
        event=entry.event,
        sender=entry.sender,
        message_id=entry.message_id,
        key=entry.key,
        tags=entry.tags,
        priority=entry.priority,
        redelivered=redelivered,
    )
