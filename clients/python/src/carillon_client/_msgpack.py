"""MessagePack, as much of it as envelopes need. Lengths are checked before anything is taken."""

from __future__ import annotations

import struct
from typing import Any

from ._fields import Repeated
from .errors import MalformedMessage

MAX_DEPTH = 68
"""64 for data, and what an envelope may add."""


class Extension:
    """A value of a type that envelopes do not use; it can only stand in an unknown field."""


_EXTENSION = Extension()

_FIXED: dict[int, tuple[str, int]] = {
    0xCA: (">f", 4), 0xCB: (">d", 8),
    0xCC: (">B", 1), 0xCD: (">H", 2), 0xCE: (">I", 4), 0xCF: (">Q", 8),
    0xD0: (">b", 1), 0xD1: (">h", 2), 0xD2: (">i", 4), 0xD3: (">q", 8),
}  # fmt: skip
_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}
_BIN = {0xC4: 1, 0xC5: 2, 0xC6: 4}
_STR = {0xD9: 1, 0xDA: 2, 0xDB: 4}
_ARRAY = {0xDC: 2, 0xDD: 4}
_MAP = {0xDE: 2, 0xDF: 4}
_EXT = {0xC7: 1, 0xC8: 2, 0xC9: 4}
_FIXEXT = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}


def unpacked(frame: bytes) -> Any:
    """The one value that a frame holds."""
    reader = _Reader(frame)
    value = reader.value(0)
    if reader.at != len(frame):
        raise MalformedMessage(f"{len(frame) - reader.at} bytes behind the message", fatal=True)
    return value


class _Reader:
    __slots__ = ("_frame", "at")

    def __init__(self, frame: bytes) -> None:
        self._frame = frame
        self.at = 0

    def _take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self._frame):
            raise MalformedMessage(f"ends at byte {len(self._frame)}, within a value", fatal=True)
        taken = self._frame[self.at : end]
        self.at = end
        return taken

    def _length(self, width: int) -> int:
        return int.from_bytes(self._take(width), "big")

    def value(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise MalformedMessage("nested too deeply", fatal=True)
        first = self._take(1)[0]
        if first <= 0x7F:
            return first
        if first >= 0xE0:
            return first - 0x100
        if first <= 0x8F:
            return self._map(first & 0x0F, depth)
        if first <= 0x9F:
            return self._array(first & 0x0F, depth)
        if first <= 0xBF:
            return self._str(first & 0x1F)
        if first in _CONSTANTS:
            return _CONSTANTS[first]
        if first in _FIXED:
            form, width = _FIXED[first]
            return struct.unpack(form, self._take(width))[0]
        return self._long(first, depth)

    def _long(self, first: int, depth: int) -> Any:
        if first in _STR:
            return self._str(self._length(_STR[first]))
        if first in _BIN:
            return self._take(self._length(_BIN[first]))
        if first in _MAP:
            return self._map(self._length(_MAP[first]), depth)
        if first in _ARRAY:
            return self._array(self._length(_ARRAY[first]), depth)
        if first in _FIXEXT:
            self._take(1 + _FIXEXT[first])
            return _EXTENSION
        if first in _EXT:
            self._take(1 + self._length(_EXT[first]))
            return _EXTENSION
        raise MalformedMessage(f"byte 0x{first:02x} begins no value", fatal=True)

    def _str(self, length: int) -> str:
        try:
            return self._take(length).decode()
        except UnicodeDecodeError as cause:
            raise MalformedMessage("a string is not UTF-8", fatal=True, cause=cause) from None

    def _array(self, count: int, depth: int) -> list[Any]:
        return [self.value(depth + 1) for _ in range(count)]

    def _map(self, count: int, depth: int) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        repeated = False
        for _ in range(count):
            name = self.value(depth + 1)
            if type(name) is not str:
                raise MalformedMessage("a key is not a string", fatal=True)
            repeated = repeated or name in fields
            fields[name] = self.value(depth + 1)
        return Repeated(fields) if repeated else fields


def packed(value: Any) -> bytes:
    """A value as MessagePack, in the shortest form."""
    out = bytearray()
    _pack(value, out)
    return bytes(out)


def _pack(value: Any, out: bytearray) -> None:
    if value is None:
        out.append(0xC0)
    elif value is True or value is False:
        out.append(0xC3 if value else 0xC2)
    elif isinstance(value, int):
        _pack_int(value, out)
    elif isinstance(value, str):
        raw = value.encode()
        if len(raw) <= 31:
            out.append(0xA0 | len(raw))
        else:
            _pack_length(len(raw), {1: 0xD9, 2: 0xDA, 4: 0xDB}, out)
        out += raw
    elif isinstance(value, bytes):
        _pack_length(len(value), {1: 0xC4, 2: 0xC5, 4: 0xC6}, out)
        out += value
    elif isinstance(value, dict):
        _pack_count(len(value), 0x80, {2: 0xDE, 4: 0xDF}, out)
        for name, inner in value.items():
            _pack(name, out)
            _pack(inner, out)
    elif isinstance(value, (list, tuple)):
        _pack_count(len(value), 0x90, {2: 0xDC, 4: 0xDD}, out)
        for inner in value:
            _pack(inner, out)
    else:
        raise TypeError(f"an envelope holds no {type(value).__name__}")


def _pack_int(value: int, out: bytearray) -> None:
    if 0 <= value <= 0x7F:
        out.append(value)
        return
    if value < 0:
        out += struct.pack(">Bq", 0xD3, value)
        return
    for code, width in ((0xCC, 1), (0xCD, 2), (0xCE, 4), (0xCF, 8)):
        if value < 1 << 8 * width:
            out.append(code)
            out += value.to_bytes(width, "big")
            return
    raise OverflowError(f"{value} is larger than 64 bits")


def _pack_length(length: int, codes: dict[int, int], out: bytearray) -> None:
    for width, code in codes.items():
        if length < 1 << 8 * width:
            out.append(code)
            out += length.to_bytes(width, "big")
            return
    raise OverflowError(f"{length} bytes are too many")


def _pack_count(count: int, short: int, codes: dict[int, int], out: bytearray) -> None:
    if count <= 15:
        out.append(short | count)
    else:
        _pack_length(count, codes, out)
