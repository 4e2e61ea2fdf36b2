"""The encodings of the protocol: envelopes to frames and back."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from . import _msgpack
from ._decoding import Decoding
from ._fields import Repeated
from ._messages import ServerMessage
from .errors import MalformedMessage
from .events import DataType

Envelope = Mapping[str, Any]
"""Fields in the order in which they are written; ``None`` is left out."""


@dataclass(frozen=True, slots=True)
class Payload:
    """Data to be sent, made ready once: JSON as its text, text as it is, or bytes."""

    type: DataType
    body: str | bytes

    @classmethod
    def of(cls, data: Any, kind: DataType | None = None) -> Payload:
        """``str`` goes as text, ``bytes`` as binary, the rest as JSON, unless said otherwise."""
        if kind is None:
            binary = isinstance(data, (bytes, bytearray, memoryview))
            kind = "text" if isinstance(data, str) else "binary" if binary else "json"
        if kind == "json":
            return cls(kind, _json_text(data))
        if kind == "text":
            if not isinstance(data, str):
                raise TypeError(f"data of type text is a str, not {type(data).__name__}")
            data.encode()  # a lone surrogate is no text
            return cls(kind, data)
        return cls(kind, bytes(data))

    def size(self) -> int:
        """About how many bytes it takes."""
        return len(self.body)


def _json_text(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if not text.isascii():
        text.encode()
    return text


class Codec(Protocol):
    """One encoding."""

    subprotocol: str

    def encode(self, envelope: Envelope, payload: Payload | None) -> str | bytes: ...

    def decode(self, frame: str | bytes) -> ServerMessage: ...


class JsonCodec:
    """``carillon.v1.json``: text frames, JSON data embedded, bytes as base64."""

    subprotocol = "carillon.v1.json"

    def __init__(self) -> None:
        self._decoding = Decoding(_json_data)

    def encode(self, envelope: Envelope, payload: Payload | None) -> str:
        fields = {name: value for name, value in envelope.items() if value is not None}
        text = _json_text(fields)
        if payload is None:
            return text
        if payload.type == "json":
            body = str(payload.body)
        elif isinstance(payload.body, bytes):
            body = f'"{base64.b64encode(payload.body).decode()}"'
        else:
            body = _json_text(payload.body)
        return f'{text[:-1]},"type":"{payload.type}","data":{body}}}'

    def decode(self, frame: str | bytes) -> ServerMessage:
        if not isinstance(frame, str):
            raise MalformedMessage("a binary frame, where JSON was agreed", fatal=True)
        return self._decoding.message(parse_json(frame))


class MsgpackCodec:
    """``carillon.v1.msgpack``: binary frames, JSON data as its text."""

    subprotocol = "carillon.v1.msgpack"

    def __init__(self) -> None:
        self._decoding = Decoding(_binary_data)

    def encode(self, envelope: Envelope, payload: Payload | None) -> bytes:
        fields = {name: value for name, value in envelope.items() if value is not None}
        if payload is not None:
            fields["type"] = payload.type
            fields["data"] = payload.body
        return _msgpack.packed(fields)

    def decode(self, frame: str | bytes) -> ServerMessage:
        if isinstance(frame, str):
            raise MalformedMessage("a text frame, where MessagePack was agreed", fatal=True)
        return self._decoding.message(_msgpack.unpacked(frame))


def _refuse_constant(name: str) -> Any:
    raise MalformedMessage(f"{name} is not JSON", fatal=True)


def _integer(digits: str) -> int | Decimal:
    try:
        return int(digits)
    except ValueError:  # longer than Python converts, as that takes quadratic time
        return Decimal(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else Repeated(fields)


_JSON = json.JSONDecoder(
    parse_constant=_refuse_constant, parse_int=_integer, object_pairs_hook=_object
)


def parse_json(text: str) -> Any:
    """One JSON value, and nothing else that Python would take for one."""
    try:
        value = _JSON.decode(text)
    except (ValueError, RecursionError) as cause:
        raise MalformedMessage(f"not JSON: {cause}", fatal=True, cause=cause) from None
    if text.count("[") + text.count("{") > _msgpack.MAX_DEPTH:
        _check_depth(value)
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(_msgpack.MAX_DEPTH + 1):
        level = [inner for outer in level for inner in _inner(outer)]
        if not level:
            return
    raise MalformedMessage("nested too deeply", fatal=True)


def _inner(value: Any) -> list[Any]:
    """The containers in a container."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [item for item in inner if isinstance(item, (dict, list))]


def _text(value: Any) -> str:
    if type(value) is not str:
        raise MalformedMessage("data of type text is not a string", fatal=False)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as cause:
            raise MalformedMessage("data is not valid Unicode", fatal=False, cause=cause) from None
    return value


def _json_data(kind: DataType, value: Any) -> Any:
    if kind == "json":
        return value
    text = _text(value)
    if kind == "text":
        return text
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as cause:
        raise MalformedMessage("data is not base64", fatal=False, cause=cause) from None


def _binary_data(kind: DataType, value: Any) -> Any:
    if kind == "binary":
        if type(value) is not bytes:
            raise MalformedMessage("data of type binary is not bytes", fatal=False)
        return value
    text = _text(value)
    if kind == "text":
        return text
    try:
        return parse_json(text)
    except MalformedMessage as cause:  # only the data is wrong, the envelope was well-formed
        raise MalformedMessage(cause.message, fatal=False, cause=cause) from None
