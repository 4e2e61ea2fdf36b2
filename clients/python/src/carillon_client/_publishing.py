"""From the application's ``publish`` to the outbox, the wire, and back to the application."""

from __future__ import annotations

from typing import Any

from ._messages import Problem, Rejected, WirePublished
from ._outbox import Outbox, Publication, Settled
from ._outputs import Answer, Fail
from ._speaker import Speaker
from .errors import CarillonError, OutboxFull, PublishRejected, PublishUnknown
from .events import Position, Published


class Publishing:
    """Who waits for which publication."""

    def __init__(self, speaker: Speaker, outbox: Outbox) -> None:
        self.outbox = outbox
        self._speaker = speaker
        self._waiting: dict[int, Publication] = {}

    def publish(self, now: int, publication: Publication) -> None:
        if not self.outbox.fits(publication):
            words = f"{self.outbox.messages} messages wait to be published"
            full = OutboxFull("outbox_full", words, retryable=True)
            self._speaker.emit(Fail(publication.ticket, full))
            return
        self.outbox.add(publication)
        self._waiting[publication.ticket] = publication
        self.pump(now)

    def withdraw(self, ticket: int) -> bool | None:
        """Whether it was not sent yet, and now will not be. ``None``: it is no publication."""
        publication = self._waiting.pop(ticket, None)
        return None if publication is None else self.outbox.withdraw(publication)

    def published(self, answer: WirePublished, now: int) -> None:
        self._settle(self.outbox.published(answer))
        self.pump(now)

    def rejected(self, answer: Rejected, now: int) -> None:
        self._settle(self.outbox.rejected(answer, now))
        self.pump(now)

    def failed(self, request: int, problem: Problem, now: int) -> bool:
        """An error that answers a request: whether that was a publication, which is refused."""
        if not self.outbox.knows(request):
            return False
        rejected = Rejected(
            request, None, "not_applied", problem.code, problem.message,
            problem.retryable, problem.retry_after, None,
        )  # fmt: skip
        self.rejected(rejected, now)
        return True

    def end(self, error: CarillonError) -> None:
        """Nothing will be sent any more."""
        for publication in self.outbox.drain():
            doubt = publication.in_doubt or publication.request is not None
            kind = PublishUnknown if doubt else PublishRejected
            self._settle([(publication, kind(error.code, error.message, cause=error))])

    def pump(self, now: int) -> None:
        """Sends what may be sent of the outbox."""
        if not self._speaker.may_speak:
            return
        for publication in self.outbox.sendable(now):
            number = self._speaker.number()
            kind, name = publication.target
            sequence = publication.sequence or 0
            fields: dict[str, Any] = {
                "id": number,
                kind: True if kind == "global" else name,
                **publication.options,
                "publisher": self.outbox.publisher,
                "incarnation": self.outbox.incarnation(publication),
                "sequence": sequence,
            }
            if publication.previous != sequence - 1:
                fields["previous"] = publication.previous
            frame = self._speaker.encode("publish", fields, publication.payload)
            if self._speaker.too_large(frame):
                self.outbox.refuse(publication)
                limit = self._speaker.max_message_bytes
                error = PublishRejected("too_large", f"larger than the limit of {limit} bytes")
                self._settle([(publication, error)])
                continue
            self.outbox.sent(publication, number, now)
            self._speaker.say_frame(frame)

    def _settle(self, settled: list[Settled]) -> None:
        for publication, result in settled:
            if self._waiting.pop(publication.ticket, None) is None:
                continue  # nobody waits for it
            if isinstance(result, CarillonError):
                self._speaker.emit(Fail(publication.ticket, result))
                continue
            position = Position(result.epoch, result.offset)
            published = Published(
                result.room, position, result.level, result.duplicate, result.readers
            )
            self._speaker.emit(Answer(publication.ticket, published))
