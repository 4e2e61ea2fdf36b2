"""From the fields of an envelope to a message of the server. The same for every encoding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from ._fields import MAX_NUMBER, Data, Fields, Repeated
from ._messages import (
    Done,
    Entry,
    Failure,
    Goodbye,
    Heads,
    Joined,
    Left,
    Members,
    Pong,
    Problem,
    Refreshed,
    Rejected,
    Reply,
    Roster,
    ServerMessage,
    Unknown,
    Welcome,
    WireCall,
    WireGap,
    WireHistory,
    WirePresence,
    WirePublished,
    WireReset,
    WireResumed,
    WireRewind,
    WireSkipped,
    WireStale,
)
from .errors import MalformedMessage
from .events import Call, DataType, Member, Sender

DataReader = Callable[[DataType, Any], Any]
"""Turns the ``data`` of an encoding into its value; raises MalformedMessage when it cannot be."""


class Decoding:
    """Reads envelopes; ``read_data`` is the encoding's own part."""

    def __init__(self, read_data: DataReader) -> None:
        self._read_data = read_data

    def message(self, envelope: Any) -> ServerMessage:
        if not isinstance(envelope, dict):
            raise MalformedMessage("the message is not an object", fatal=True)
        fields = Fields(envelope, "the message")
        op = fields.string("op")
        read = _READERS.get(op)
        return Unknown(op) if read is None else read(self, fields)

    def data(self, fields: Fields) -> Data:
        kind = cast("DataType", fields.choice("type", "json", "text", "binary"))
        if not fields.has("data"):
            fields.wrong("data", "there")
        return Data(kind, self._read_data(kind, fields.raw("data")))

    def entry(self, fields: Fields, room: str) -> Entry:
        return Entry(
            room=room,
            offset=fields.number("offset", 1),
            event=fields.maybe_string("event"),
            message_id=fields.maybe_string("message_id"),
            data=self.data(fields),
            sender=sender(fields.maybe_inner("sender")),
            time=fields.number("time"),
            key=fields.maybe_string("key"),
            tags=dict(fields.tags()),
            priority=fields.maybe_string("priority") or "normal",
        )

    def member(self, fields: Fields) -> Member:
        state = fields.maybe_inner("state")
        return Member(
            session=fields.string("session"),
            user=fields.maybe_string("user"),
            state=None if state is None else self.data(state).value,
        )

    def roster(self, fields: Fields) -> Roster:
        members = tuple(self.member(inner) for inner in fields.inners("members"))
        return Roster(members, fields.number("count"), fields.maybe_number("offset"))


def sender(fields: Fields | None) -> Sender:
    if fields is None:
        return Sender()
    return Sender(fields.maybe_string("session"), fields.maybe_string("user"))


def _welcome(d: Decoding, f: Fields) -> Welcome:
    limits = f.inner("limits")
    return Welcome(
        id=f.maybe_number("id", 1),
        session=f.string("session"),
        user=f.maybe_string("user"),
        resume=f.maybe_string("resume"),
        resumed=f.boolean("resumed"),
        server_time=f.number("server_time"),
        heartbeat=f.number("heartbeat"),
        max_message_bytes=limits.number("max_message_bytes", 1),
        max_rooms=limits.number("max_rooms"),
        node=f.maybe_string("node"),
        expires=f.maybe_number("expires"),
    )


def _joined(d: Decoding, f: Fields) -> Joined:
    roster = f.maybe_inner("presence")
    return Joined(
        id=f.maybe_number("id", 1),
        room=f.string("room"),
        epoch=f.epoch(),
        head=f.number("head"),
        oldest=f.maybe_number("oldest", 1),
        roster=None if roster is None else d.roster(roster),
    )


def _resumed(d: Decoding, f: Fields) -> WireResumed:
    first = f.number("from", 1)
    last = f.number("to", first - 1)
    return WireResumed(f.maybe_number("id", 1), f.string("room"), f.epoch(), first, last)


def _reset(d: Decoding, f: Fields) -> WireReset:
    return WireReset(
        room=f.string("room"),
        old_epoch=f.epoch("old_epoch") if f.raw("old_epoch") is not None else None,
        epoch=f.epoch(),
        head=f.number("head"),
        oldest=f.maybe_number("oldest", 1),
        reason=f.string("reason"),
    )


def _gap(d: Decoding, f: Fields) -> WireGap:
    return WireGap(f.string("room"), f.epoch(), f.ranges(), f.string("reason"))


def _skipped(d: Decoding, f: Fields) -> WireSkipped:
    return WireSkipped(f.string("room"), f.ranges())


def _rewind(d: Decoding, f: Fields) -> WireRewind:
    return WireRewind(
        f.string("room"), f.number("to"), f.number("attempt", 1), f.maybe_string("name")
    )


def _stale(d: Decoding, f: Fields) -> WireStale:
    return WireStale(f.string("room"), f.number("since"))


def _left(d: Decoding, f: Fields) -> Left:
    return Left(f.maybe_number("id", 1), f.string("room"), f.maybe_string("reason"))


def _message(d: Decoding, f: Fields) -> Entry:
    return d.entry(f, f.string("room"))


def _presence(d: Decoding, f: Fields) -> WirePresence:
    event = f.choice("event", "join", "leave", "state", "count")
    counts = event == "count"
    return WirePresence(
        room=f.string("room"),
        offset=f.number("offset"),
        event=event,
        member=None if counts else d.member(f.inner("member")),
        count=f.number("count") if counts else f.maybe_number("count"),
    )


def _published(d: Decoding, f: Fields) -> WirePublished:
    return WirePublished(
        id=f.number("id", 1),
        room=f.string("room"),
        epoch=f.epoch(),
        offset=f.number("offset", 1),
        level=f.choice("level", "memory", "replicated", "stored"),
        duplicate=f.flag("duplicate"),
        readers=f.maybe_number("readers"),
    )


def _rejected(d: Decoding, f: Fields) -> Rejected:
    return Rejected(
        id=f.number("id", 1),
        room=f.maybe_string("room"),
        outcome=f.choice("outcome", "not_applied", "unknown"),
        code=f.string("code"),
        message=f.string("message"),
        retryable=f.boolean("retryable"),
        retry_after=f.maybe_number("retry_after"),
        last_sequence=f.maybe_number("last_sequence"),
    )


def _history(d: Decoding, f: Fields) -> WireHistory:
    room = f.string("room")
    return WireHistory(
        id=f.number("id", 1),
        room=room,
        epoch=f.epoch(),
        entries=tuple(d.entry(inner, room) for inner in f.inners("messages")),
        head=f.number("head"),
        oldest=f.maybe_number("oldest", 1),
        more=f.flag("more"),
    )


def _members(d: Decoding, f: Fields) -> Members:
    return Members(f.number("id", 1), f.string("room"), d.roster(f))


def _call(d: Decoding, f: Fields) -> WireCall:
    data = d.data(f)
    call = Call(
        event=f.string("event"),
        type=data.type,
        data=data.value,
        room=f.maybe_string("room"),
        sender=sender(f.maybe_inner("sender")),
    )
    return WireCall(f.number("id", 1), call, f.maybe_number("timeout"))


def _problem(f: Fields) -> Problem:
    return Problem(
        f.string("code"), f.string("message"), f.boolean("retryable"), f.maybe_number("retry_after")
    )


def _reply(d: Decoding, f: Fields) -> Reply:
    error = f.maybe_inner("error")
    if error is not None and (f.raw("type") is not None or f.raw("data") is not None):
        raise MalformedMessage("a reply has data or an error, not both", fatal=False)
    return Reply(f.number("id", 1), d.data(f) if error is None else _problem(error))


def _done(d: Decoding, f: Fields) -> Done:
    return Done(f.number("id", 1))


def _refreshed(d: Decoding, f: Fields) -> Refreshed:
    return Refreshed(f.maybe_number("id", 1), f.maybe_number("expires"))


def _error(d: Decoding, f: Fields) -> Failure:
    return Failure(f.maybe_number("id", 1), f.maybe_string("room"), _problem(f))


def _heads(d: Decoding, f: Fields) -> Heads:
    rooms = f.raw("rooms")  # one name a room, so more of them than an envelope has fields
    if not isinstance(rooms, dict):
        f.wrong("rooms", "an object")
    if isinstance(rooms, Repeated):
        raise MalformedMessage("rooms has a field twice", fatal=True)
    for head in rooms.values():
        if type(head) is not int or not 0 <= head <= MAX_NUMBER:
            f.wrong("rooms", "an object of offsets")
    return Heads(rooms)


def _pong(d: Decoding, f: Fields) -> Pong:
    return Pong(f.maybe_number("id", 1), f.number("server_time"))


def _goodbye(d: Decoding, f: Fields) -> Goodbye:
    return Goodbye(f.string("reason"), f.maybe_number("retry_after"), f.maybe_string("resume"))


_READERS: dict[str, Callable[[Decoding, Fields], ServerMessage]] = {
    "welcome": _welcome,
    "joined": _joined,
    "resumed": _resumed,
    "reset": _reset,
    "gap": _gap,
    "skipped": _skipped,
    "rewind": _rewind,
    "stale": _stale,
    "left": _left,
    "message": _message,
    "presence": _presence,
    "published": _published,
    "rejected": _rejected,
    "history": _history,
    "members": _members,
    "call": _call,
    "reply": _reply,
    "done": _done,
    "refreshed": _refreshed,
    "error": _error,
    "heads": _heads,
    "pong": _pong,
    "goodbye": _goodbye,
}
