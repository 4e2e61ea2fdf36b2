"""What a close code means: whether, and how, to come back. The table of the protocol."""

from __future__ import annotations

from enum import Enum


class ComeBack(Enum):
    NEVER = "never"
    AFTER_DELAY = "after_delay"
    WITH_NEW_TOKEN = "with_new_token"  # noqa: S105
    WITHOUT_SESSION = "without_session"


_OWN = {
    4400: ("bad_message", ComeBack.NEVER),
    4401: ("unauthenticated", ComeBack.WITH_NEW_TOKEN),
    4403: ("forbidden", ComeBack.NEVER),
    4404: ("no_such_room", ComeBack.NEVER),
    4408: ("lagging", ComeBack.AFTER_DELAY),
    4409: ("taken_over", ComeBack.NEVER),
    4410: ("session_expired", ComeBack.WITHOUT_SESSION),
    4412: ("reset", ComeBack.WITHOUT_SESSION),
    4413: ("too_large", ComeBack.NEVER),
    4420: ("no_heartbeat", ComeBack.AFTER_DELAY),
    4423: ("removed", ComeBack.NEVER),
    4429: ("rate_limited", ComeBack.AFTER_DELAY),
    4430: ("overloaded", ComeBack.AFTER_DELAY),
}
_STANDARD = {
    1000: "closed",
    1002: "protocol_error",
    1003: "unsupported_data",
    1007: "invalid_data",
    1008: "policy_violation",
    1009: "too_large",
    1010: "missing_extension",
}

GOING = 1000
BAD_MESSAGE = 4400
NO_HEARTBEAT = 4420


def come_back(code: int) -> ComeBack:
    """What to do on a close code. Codes that nobody knows are taken for passing trouble."""
    if code in _OWN:
        return _OWN[code][1]
    return ComeBack.NEVER if code in _STANDARD else ComeBack.AFTER_DELAY


def name_of(code: int) -> str:
    """The name of a close code, as the code of an error."""
    if code in _OWN:
        return _OWN[code][0]
    return _STANDARD.get(code, "connection_lost")
