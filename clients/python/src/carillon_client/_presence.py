"""Who is in a room, kept up to date."""

from __future__ import annotations

from typing import Literal, cast

from ._messages import WirePresence
from .events import Member, PresenceChange


class Presence:
    """The members of one room, by session."""

    def __init__(self, room: str) -> None:
        self._room = room
        self.members: dict[str, Member] = {}
        self.count = 0
        self._last: int | None = None

    def roster(self, members: tuple[Member, ...], count: int, known: bool) -> list[PresenceChange]:
        """The whole list. ``known``: there was one before, and what differs is told as changes."""
        now = {member.session: member for member in members}
        before, self.members = self.members, now
        counted, self.count = self.count, count
        self._last = None
        if not known:
            return []
        changes: list[PresenceChange] = []
        for session, member in before.items():
            if session not in now:
                changes.append(PresenceChange(self._room, "leave", member, count))
        for session, member in now.items():
            if session not in before:
                changes.append(PresenceChange(self._room, "join", member, count))
            elif before[session].state != member.state:
                changes.append(PresenceChange(self._room, "state", member, count))
        if not before and not now and counted != count:
            changes.append(PresenceChange(self._room, "count", None, count))
        return changes

    def changed(self, change: WirePresence) -> tuple[PresenceChange | None, bool]:
        """One change, unless it was in the list already, and whether one before it is missing: then
        the list has to be read again."""
        missing = self._last is not None and change.offset > self._last + 1
        self._last = max(self._last or 0, change.offset)
        member = change.member
        if member is not None:
            if change.event == "join" and self.members.get(member.session) == member:
                return None, missing
            if change.event == "leave":
                self.members.pop(member.session, None)
            else:
                known = self.members.get(member.session)
                if known is not None and change.event == "state":
                    member = Member(member.session, member.user or known.user, member.state)
                self.members[member.session] = member
            self.count = len(self.members)
        if change.count is not None:
            self.count = change.count
        event = cast('Literal["join", "leave", "state", "count"]', change.event)
        return PresenceChange(self._room, event, member, self.count), missing
