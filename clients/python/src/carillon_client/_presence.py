"""Who is in a room, kept up to date."""

from __future__ import annotations

from typing import Literal, cast

from ._messages import Roster, WirePresence
from .events import Member, PresenceChange, Range

MAX_ANNOUNCED = 1_000


class Presence:
    """The members of one room, by session."""

    def __init__(self, room: str) -> None:
        self._room = room
        self.members: dict[str, Member] = {}
        self.count = 0
        self._listed = False
        self._last: int | None = None
        self._skipped: list[Range] = []

    def listed(self, roster: Roster) -> list[PresenceChange]:
        """The whole list. What differs from the one before is told as changes."""
        now = {member.session: member for member in roster.members}
        before, self.members = self.members, now
        counted, self.count = self.count, roster.count
        known, self._listed = self._listed, True
        self._last = roster.offset
        self._skipped.clear()
        return self._differences(before, counted) if known else []

    def _differences(self, before: dict[str, Member], counted: int) -> list[PresenceChange]:
        changes: list[PresenceChange] = []
        for session, member in before.items():
            if session not in self.members:
                changes.append(PresenceChange(self._room, "leave", member, self.count))
        for session, member in self.members.items():
            if session not in before:
                changes.append(PresenceChange(self._room, "join", member, self.count))
            elif before[session].state != member.state:
                changes.append(PresenceChange(self._room, "state", member, self.count))
        if not before and not self.members and counted != self.count:
            changes.append(PresenceChange(self._room, "count", None, self.count))
        return changes

    def skipped(self, ranges: tuple[Range, ...]) -> None:
        """Changes that will not come."""
        self._skipped = sorted([*self._skipped, *ranges])[:MAX_ANNOUNCED]

    def changed(self, change: WirePresence) -> tuple[PresenceChange | None, bool]:
        """One change, unless it is in the list already, and whether one before it is missing: then
        the list has to be read again."""
        self._pass_skipped()
        if self._last is not None and change.offset <= self._last:
            return None, False
        missing = self._last is not None and change.offset > self._last + 1
        self._last = change.offset
        event = cast('Literal["join", "leave", "state", "count"]', change.event)
        member = change.member
        if member is not None:
            # A list may show what is told after it.
            known = self.members.get(member.session)
            if event == "join" and known is not None:
                if known == member:
                    return None, missing
                event = "state"
            elif event != "join" and known is None:
                return None, missing
            member = self._apply(event, member)
            self.count = len(self.members)
        if change.count is not None:
            self.count = change.count
            self.members.clear()  # the room only counts by now
        return PresenceChange(self._room, event, member, self.count), missing

    def _apply(self, event: str, member: Member) -> Member:
        known = self.members.get(member.session)
        if event == "leave":
            self.members.pop(member.session, None)
            return known or member
        if event == "state" and known is not None:
            member = Member(member.session, member.user or known.user, member.state)
        self.members[member.session] = member
        return member

    def _pass_skipped(self) -> None:
        while self._skipped and self._last is not None and self._skipped[0][0] <= self._last + 1:
            self._last = max(self._last, self._skipped.pop(0)[1])
