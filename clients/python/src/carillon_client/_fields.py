"""Checked access to the fields of an envelope, whatever a server sends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, NoReturn

from .errors import MalformedMessage
from .events import DataType, Range

MAX_NUMBER = 2**53 - 1
MAX_STRING = 16 * 1024
MAX_FIELDS = 64
_EPOCH = re.compile(r"[A-Za-z0-9_-]{1,32}", re.ASCII)
_BEGINNING = datetime(1970, 1, 1, tzinfo=timezone.utc)
_LAST_TIME = datetime.max.replace(tzinfo=timezone.utc)


class Repeated(dict[str, Any]):
    """A JSON object in which a name stood twice: fine within data, refused in the envelope."""


@dataclass(frozen=True, slots=True)
class Data:
    """Data with its type. ``value`` is a JSON value, a ``str`` or ``bytes``."""

    type: DataType
    value: Any


def time_of(millis: int) -> datetime:
    """A time of the wire. What lies beyond the calendar is its last day."""
    try:
        return _BEGINNING + timedelta(milliseconds=millis)
    except OverflowError:
        return _LAST_TIME


def millis_of(time: datetime) -> int:
    """A time for the wire; one without a zone is the local one."""
    return max(0, int((time.astimezone(timezone.utc) - _BEGINNING).total_seconds() * 1000))


class Fields:
    """One object of an envelope. ``None`` is absent."""

    __slots__ = ("_fields", "_where")

    def __init__(self, fields: Mapping[str, Any], where: str) -> None:
        if isinstance(fields, Repeated):
            raise MalformedMessage(f"{where} has a field twice", fatal=True)
        if len(fields) > MAX_FIELDS:
            raise MalformedMessage(f"{where} has {len(fields)} fields", fatal=False)
        self._fields = fields
        self._where = where

    def wrong(self, name: str, expected: str) -> NoReturn:
        problem = "is missing" if self._fields.get(name) is None else f"is not {expected}"
        raise MalformedMessage(f"{name} of {self._where} {problem}", fatal=False)

    def has(self, name: str) -> bool:
        return name in self._fields

    def raw(self, name: str) -> Any:
        return self._fields.get(name)

    def string(self, name: str) -> str:
        value = self._fields.get(name)
        if type(value) is not str or not is_short(value):
            self.wrong(name, "a string of at most 16 KiB")
        return value

    def maybe_string(self, name: str) -> str | None:
        return None if self._fields.get(name) is None else self.string(name)

    def number(self, name: str, least: int = 0) -> int:
        value = self._fields.get(name)
        if type(value) is not int or not least <= value <= MAX_NUMBER:
            self.wrong(name, f"an integer from {least} to 2^53-1")
        return value

    def maybe_number(self, name: str, least: int = 0) -> int | None:
        return None if self._fields.get(name) is None else self.number(name, least)

    def boolean(self, name: str) -> bool:
        value = self._fields.get(name)
        if type(value) is not bool:
            self.wrong(name, "true or false")
        return value

    def flag(self, name: str) -> bool:
        """A boolean that is false when absent."""
        return self._fields.get(name) is not None and self.boolean(name)

    def epoch(self, name: str = "epoch") -> str:
        value = self._fields.get(name)
        if type(value) is not str or not _EPOCH.fullmatch(value):
            self.wrong(name, "an epoch")
        return value

    def choice(self, name: str, *allowed: str) -> str:
        value = self._fields.get(name)
        if value not in allowed or type(value) is not str:
            self.wrong(name, f"one of {', '.join(allowed)}")
        return value

    def inner(self, name: str) -> Fields:
        value = self._fields.get(name)
        if not isinstance(value, dict):
            self.wrong(name, "an object")
        return Fields(value, name)

    def maybe_inner(self, name: str) -> Fields | None:
        return None if self._fields.get(name) is None else self.inner(name)

    def inners(self, name: str) -> list[Fields]:
        value = self._fields.get(name)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.wrong(name, "a list of objects")
        return [Fields(item, name) for item in value]

    def ranges(self, name: str = "ranges") -> tuple[Range, ...]:
        value = self._fields.get(name)
        if not isinstance(value, list):
            self.wrong(name, "a list of ranges")
        ranges: list[Range] = []
        behind = 0  # ranges rise and do not touch
        for item in value:
            if not isinstance(item, list) or len(item) != 2:
                self.wrong(name, "a list of ranges")
            first, last = item
            if type(first) is not int or type(last) is not int:
                self.wrong(name, "a list of ranges")
            if not behind < first <= last <= MAX_NUMBER:
                self.wrong(name, "a list of rising ranges that do not touch")
            ranges.append((first, last))
            behind = last + 1
        return tuple(ranges)

    def tags(self, name: str = "tags") -> Mapping[str, str]:
        value = self._fields.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict) or len(value) > MAX_FIELDS:
            self.wrong(name, "an object of at most 64 tags")
        if isinstance(value, Repeated):
            raise MalformedMessage(f"{name} has a field twice", fatal=True)
        if not all(type(tag) is str and is_short(tag) for tag in value.values()):
            self.wrong(name, "an object of strings")
        return value


def is_short(value: str) -> bool:
    """Whether a string is Unicode, and fits the limit of the envelope, which counts bytes."""
    if value.isascii():
        return len(value) <= MAX_STRING
    try:
        return len(value) <= MAX_STRING and len(value.encode()) <= MAX_STRING
    except UnicodeEncodeError:  # half a surrogate pair
        return False
