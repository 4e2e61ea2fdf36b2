"""Several rooms that are read as one: what a wildcard matches, and the inboxes of a session."""

from __future__ import annotations

import re

INBOX = "$inbox"
"""The group of what is said to this session, to its user and to everybody."""

MARGIN_MS = 2_000
"""How much earlier than it was last heard a server may have said what was lost."""


def pattern_of(name: str) -> re.Pattern[str] | None:
    """What a wildcard matches: ``*`` one segment, ``**`` at the end one or more. ``None`` for a
    room's own name."""
    if "*" not in name:
        return None
    parts = (".+" if part == "**" else "[^/]+" if part == "*" else re.escape(part)
             for part in name.split("/"))  # fmt: skip
    return re.compile("/".join(parts))
