"""What publishers and readers saw, and whether it fits together."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import carillon_client as carillon


@dataclass
class Reader:
    """Everything that one reader was told, in order."""

    events: list[carillon.Event] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __str__(self) -> str:
        """Where it stands."""
        counts = Counter(type(event).__name__ for event in self.events)
        return f"reader: {dict(counts)}, at last {self.events[-2:]}"

    def take(self, event: carillon.Event) -> None:
        self.events.append(event)
        self.changed.set()

    def resets(self) -> list[carillon.Reset]:
        return [event for event in self.events if isinstance(event, carillon.Reset)]

    def messages(self) -> list[carillon.Message]:
        return [event for event in self.events if isinstance(event, carillon.Message)]

    def losses(self) -> list[carillon.Event]:
        kinds = (carillon.Gap, carillon.Reset, carillon.Missing, carillon.Skipped)
        return [event for event in self.events if isinstance(event, kinds)]

    def check_order(self) -> None:
        """From message to message the offset rises by one, unless something was told between."""
        expected: carillon.Position | None = None
        for event in self.events:
            if isinstance(event, carillon.Message):
                if expected is not None:
                    assert event.position == expected, f"{event.position} is not {expected}"
                expected = carillon.Position(event.position.epoch, event.offset + 1)
            elif isinstance(event, carillon.Reset):
                expected = carillon.Position(event.epoch, event.head + 1)
            elif isinstance(event, (carillon.Gap, carillon.Skipped)) and expected is not None:
                assert event.ranges[0][0] == expected.offset
                expected = carillon.Position(expected.epoch, event.ranges[-1][1] + 1)
            assert not isinstance(event, carillon.Missing), event

    def check_once(self) -> None:
        counts = Counter(str(message.data) for message in self.messages())
        assert not [data for data, count in counts.items() if count > 1]
