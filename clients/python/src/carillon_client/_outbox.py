"""Messages on their way into rooms: each is published once, however often it has to be sent.

Every target has a line. Messages are sent in its order, counted from 1 in the publisher's current
incarnation, and each names the one before it, so that the room takes them in this order or not at
all. What is unanswered when a connection breaks is sent again with the same number. When the room
says that it has forgotten the publisher, the line begins a new incarnation: what was never in doubt
moves there, and what was is handed back as unknown. No I/O; the time is passed in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from ._backoff import Backoff
from ._codecs import Payload
from ._messages import Rejected, WirePublished
from ._settings import Settings
from .errors import CarillonError, PublishRejected, PublishUnknown

MAX_LINES = 10_000
"""Targets whose count is kept. The oldest idle one is forgotten, and counts in a newer incarnation
when it is published to again."""

MAX_RENEWALS = 3
"""Incarnations in a row in which a room took nothing; then it is the server's mistake."""


@dataclass(slots=True, eq=False)
class Publication:
    """One message, from ``publish`` to its answer."""

    ticket: int
    target: tuple[str, str]
    options: dict[str, Any]
    payload: Payload
    sequence: int | None = None
    previous: int = 0
    request: int | None = None
    """The number of the request that is on its way."""
    in_doubt: bool = False
    """It was sent and not answered: it may be in the room."""
    sent_at: int = 0

    def size(self) -> int:
        return self.payload.size() + 256


@dataclass(slots=True, eq=False)
class Line:
    """The messages for one target, in order."""

    incarnation: int
    backoff: Backoff
    waiting: deque[Publication] = field(default_factory=deque)
    in_flight: int = 0
    last: int = 0
    """The last sequence of this incarnation that the room has, as far as is known."""
    next: int = 1
    settling: bool = False
    """Something went wrong: nothing is sent until all that is in flight has been answered."""
    renewing: bool = False
    renewals: int = 0
    retry_at: int | None = None

    def before(self, publication: Publication) -> int:
        """What the first in the line names as its predecessor. One whose answer was that nobody
        knows may be behind later ones that the room has; it repeats itself then."""
        return min(self.last, (publication.sequence or self.next) - 1)


Settled = tuple[Publication, "WirePublished | CarillonError"]


class Outbox:
    """All lines of a client, within one bound."""

    def __init__(
        self, publisher: str, incarnation: int, settings: Settings, random: Random
    ) -> None:
        self.publisher = publisher
        self.messages = 0
        self.bytes = 0
        self._incarnation = incarnation
        self._settings = settings
        self._random = random
        self._lines: dict[tuple[str, str], Line] = {}
        self._busy: dict[tuple[str, str], Line] = {}
        """The lines in which something waits."""
        self._by_request: dict[int, Publication] = {}

    def fits(self, publication: Publication) -> bool:
        settings = self._settings
        return (
            self.messages < settings.outbox_messages
            and self.bytes + publication.size() <= settings.outbox_bytes
        )

    def add(self, publication: Publication) -> None:
        line = self._lines.get(publication.target) or self._new_line(publication.target)
        self._busy[publication.target] = line
        line.waiting.append(publication)
        self.messages += 1
        self.bytes += publication.size()

    def _new_line(self, target: tuple[str, str]) -> Line:
        if len(self._lines) >= MAX_LINES:
            idle = next((key for key in self._lines if key not in self._busy), None)
            if idle is not None:
                forgotten = self._lines.pop(idle).incarnation
                self._incarnation = max(self._incarnation, forgotten + 1)
        line = Line(self._incarnation, Backoff(self._settings, self._random))
        self._lines[target] = line
        return line

    def withdraw(self, publication: Publication) -> bool:
        """Takes a message back, if it was never sent."""
        line = self._lines[publication.target]
        if publication.sequence is not None or publication not in line.waiting:
            return False
        self._remove(line, publication)
        return True

    def sendable(self, now: int) -> Iterator[Publication]:
        """What is to be sent now, in order, ready stamped. The caller says ``sent`` for each, or
        ``refuse``, before it takes the next."""
        for line in list(self._busy.values()):
            while (publication := self._next(line, now)) is not None:
                yield publication

    def _next(self, line: Line, now: int) -> Publication | None:
        if line.settling or (line.retry_at is not None and now < line.retry_at):
            return None
        line.retry_at = None
        if line.in_flight >= min(self._settings.in_flight, len(line.waiting)):
            return None
        # What is in flight stands at the front of the line, for it is sent in order.
        publication = line.waiting[line.in_flight]
        before = line.waiting[line.in_flight - 1].sequence if line.in_flight else None
        if publication.sequence is None:
            publication.sequence = line.next
            line.next += 1
        publication.previous = line.before(publication) if before is None else before
        return publication

    def incarnation(self, publication: Publication) -> int:
        return self._lines[publication.target].incarnation

    def sent(self, publication: Publication, request: int, now: int) -> None:
        self._lines[publication.target].in_flight += 1
        publication.request = request
        publication.sent_at = now
        self._by_request[request] = publication

    def refuse(self, publication: Publication) -> None:
        """It cannot be sent at all. The next one names the one before it."""
        self._remove(self._lines[publication.target], publication)

    def published(self, answer: WirePublished) -> list[Settled]:
        publication = self._answered(answer.id)
        if publication is None:
            return []
        line = self._lines[publication.target]
        line.last = max(line.last, publication.sequence or 0)
        line.renewals = 0
        line.backoff.reset()
        self._remove(line, publication)
        return [(publication, answer), *self._settle(line)]

    def rejected(self, answer: Rejected, now: int) -> list[Settled]:
        publication = self._answered(answer.id)
        if publication is None:
            return []
        line = self._lines[publication.target]
        gone = self._judge(line, publication, answer, now)
        return gone + self._settle(line)

    def _judge(
        self, line: Line, publication: Publication, answer: Rejected, now: int
    ) -> list[Settled]:
        if answer.code in ("publisher_reset", "sequence_gap"):
            line.settling = True
            if self._can_name_another(line, publication, answer):
                return []
            line.renewing = True
            if publication.in_doubt or line.renewals >= MAX_RENEWALS:
                self._remove(line, publication)
                return [(publication, _error(publication, answer))]
            return []
        if answer.outcome == "unknown" or answer.retryable:
            publication.in_doubt = publication.in_doubt or answer.outcome == "unknown"
            line.settling = True
            rest = line.backoff.rest_ms(answer.retry_after)
            line.retry_at = max(now + rest, line.retry_at or 0)
            return []
        self._remove(line, publication)
        return [(publication, _error(publication, answer))]

    def _can_name_another(self, line: Line, publication: Publication, answer: Rejected) -> bool:
        """Whether the publication would name another predecessor the next time: one before it was
        refused or held back, or the room knows better what was last."""
        if line.waiting[0] is not publication or publication.previous != line.before(publication):
            return True
        known = answer.last_sequence if answer.code == "sequence_gap" else None
        if known is None or known == line.last or known >= (publication.sequence or 0):
            return False
        line.last = known
        return True

    def _settle(self, line: Line) -> list[Settled]:
        if not line.settling or line.in_flight:
            return []
        line.settling = False
        if not line.renewing:
            return []
        line.renewing = False
        line.renewals += 1
        line.incarnation += 1
        line.last, line.next = 0, 1
        lost: list[Settled] = []
        for publication in list(line.waiting):
            if publication.in_doubt:
                self._remove(line, publication)
                lost.append((publication, _forgotten(publication)))
            publication.sequence = None
        return lost

    def disconnected(self) -> None:
        """Whatever is unanswered is in doubt now, and goes out again."""
        for publication in self._by_request.values():
            publication.in_doubt = True
            publication.request = None
        self._by_request.clear()
        for line in self._busy.values():
            line.in_flight = 0
            line.settling = False
            line.renewing = False
            line.retry_at = None

    def knows(self, request: int) -> bool:
        """Whether a request is a publication's."""
        return request in self._by_request

    def waits_until(self) -> int | None:
        """When a line that waits may go on."""
        times = [
            line.retry_at
            for line in self._busy.values()
            if line.retry_at is not None and not line.settling
        ]
        return min(times, default=None)

    def oldest_sent(self) -> int | None:
        """When the oldest unanswered message was sent."""
        first = next(iter(self._by_request.values()), None)
        return None if first is None else first.sent_at

    def drain(self) -> list[Publication]:
        """Everything, at the end."""
        left = [publication for line in self._busy.values() for publication in line.waiting]
        self._lines.clear()
        self._busy.clear()
        self._by_request.clear()
        self.messages = self.bytes = 0
        return left

    def _answered(self, request: int) -> Publication | None:
        publication = self._by_request.pop(request, None)
        if publication is not None:
            publication.request = None
            self._lines[publication.target].in_flight -= 1
        return publication

    def _remove(self, line: Line, publication: Publication) -> None:
        line.waiting.remove(publication)
        if not line.waiting:
            del self._busy[publication.target]
        self.messages -= 1
        self.bytes -= publication.size()


def _error(publication: Publication, answer: Rejected) -> CarillonError:
    if publication.in_doubt or answer.outcome == "unknown":
        return _forgotten(publication, answer.code, answer.message)
    return PublishRejected(answer.code, answer.message)


def _forgotten(
    publication: Publication,
    code: str = "publisher_reset",
    message: str = "the room has forgotten this publisher",
) -> PublishUnknown:
    return PublishUnknown(code, f"{message}; an attempt before may have been taken")
