"""The test vectors of spec/vectors: what every implementation reads and writes alike."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from typing import Any

import pytest
from places import read

from carillon_client._codecs import Codec, JsonCodec, MsgpackCodec, Payload
from carillon_client._fields import Data
from carillon_client._messages import Unknown
from carillon_client._msgpack import unpacked
from carillon_client.errors import MalformedMessage

CODECS: dict[str, Codec] = {"json": JsonCodec(), "msgpack": MsgpackCodec()}
NOT_A_MESSAGE = {"not_an_object", "syntax", "truncated", "trailing", "not_utf8", "too_deep"}
NOT_AN_ENVELOPE = {"duplicate_field", "too_many_fields"}


def vectors(kind: str, sender: str | None = None) -> list[Any]:
    return [
        pytest.param(vector, id=f"{vector.get('codec', '')} {vector['name']}")
        for vector in read(f"vectors/{kind}.json")[kind]
        if sender in (None, vector["from"]) and vector.get("codec") != "cbor"
    ]


def frame(vector: dict[str, Any]) -> str | bytes:
    """The frame of a vector, as a WebSocket would hand it over."""
    if "text" in vector:
        text: str = vector["text"]
        return text
    raw = bytes.fromhex(vector["hex"])
    return raw.decode() if vector["codec"] == "json" else raw


def as_said(value: Any) -> Any:
    """A decoded message with the names and shapes of the wire."""
    if isinstance(value, Data):
        return {"type": value.type, "data": value.value}
    if is_dataclass(value) and not isinstance(value, type):
        said = {name: as_said(getattr(value, name)) for name in asdict(value)}
        for name in ("data", "answer", "problem", "call", "roster"):
            inner = said.get(name)
            if isinstance(inner, dict) and not (name == "data" and "type" in said):
                del said[name]
                said.update(inner)
        return {RENAMED.get(name, name): inner for name, inner in said.items()}
    if isinstance(value, (list, tuple)):
        return [as_said(item) for item in value]
    return value


RENAMED = {"first": "from", "last": "to", "entries": "messages"}
FLATTENED = {"limits": ("max_message_bytes", "max_rooms"), "presence": ("members", "count")}


def check(said: Any, fields: Any, path: str = "") -> None:
    """Every field of the vector is in what was decoded."""
    for name, expected in fields.items():
        if name == "op" or (name == "data" and fields.get("type") == "binary"):
            continue
        if path == "" and name in FLATTENED:
            for inner in FLATTENED[name]:
                check(said, {inner: expected[inner]}, f"{path}{name}.")
            continue
        got = said[name] if name in said else said.get({"error": "code"}.get(name, name))
        if name == "error":
            check(said, expected, f"{path}error.")
        elif name == "data" and fields.get("type") == "json":
            assert got == json.loads(expected), f"{path}{name}"
        elif name == "state":
            value = json.loads(expected["data"]) if expected["type"] == "json" else None
            assert expected["type"] != "json" or got == value, f"{path}{name}"
        elif isinstance(expected, dict) and name != "tags" and name != "rooms":
            check(got, expected, f"{path}{name}.")
        elif isinstance(expected, list) and expected and isinstance(expected[0], dict):
            for one, other in zip(got, expected, strict=True):
                check(one, other, f"{path}{name}.")
        else:
            assert got == expected, f"{path}{name}"


@pytest.mark.parametrize("vector", vectors("messages", "server"))
def test_what_a_server_says_is_understood(vector: dict[str, Any]) -> None:
    message = CODECS["json"].decode(vector["json"])
    assert not isinstance(message, Unknown)
    assert CODECS["msgpack"].decode(bytes.fromhex(vector["msgpack"])) == message
    check(as_said(message), vector["fields"])


@pytest.mark.parametrize("vector", vectors("messages", "client"))
def test_what_the_client_says_is_what_is_written_down(vector: dict[str, Any]) -> None:
    said = json.loads(vector["json"])
    packed = unpacked(bytes.fromhex(vector["msgpack"]))
    payload = None
    if "type" in said:
        kind, body = packed.pop("type"), packed.pop("data")
        payload = Payload(kind, body)
    assert json.loads(CODECS["json"].encode(packed, payload)) == said
    ours = CODECS["msgpack"].encode(packed, payload)
    assert isinstance(ours, bytes)
    assert unpacked(ours) == unpacked(bytes.fromhex(vector["msgpack"]))
    assert len(ours) == len(vector["msgpack"]) // 2, "not the shortest form"


@pytest.mark.parametrize("vector", vectors("variants", "server"))
def test_other_ways_to_say_it_are_understood(vector: dict[str, Any]) -> None:
    check(as_said(CODECS[vector["codec"]].decode(frame(vector))), vector["fields"])


@pytest.mark.parametrize("vector", vectors("unknown"))
def test_operations_of_later_versions_are_told_apart(vector: dict[str, Any]) -> None:
    if vector["from"] == "server" or vector["op"] != "welcome":
        assert CODECS[vector["codec"]].decode(frame(vector)) == Unknown(vector["op"])


def concerns_a_client(vector: dict[str, Any]) -> bool:
    """Not a field that only a server reads."""
    if vector["from"] == "server" or is_unreadable(vector):
        return True
    field = vector.get("field", "")
    return vector["refusal"] in NOT_AN_ENVELOPE and "." not in field and field != "tags"


def is_unreadable(vector: dict[str, Any]) -> bool:
    return vector["refusal"] in NOT_A_MESSAGE and "field" not in vector


MALFORMED = [param for param in vectors("malformed") if concerns_a_client(param.values[0])]


@pytest.mark.parametrize("vector", MALFORMED)
def test_what_is_no_message_is_refused(vector: dict[str, Any]) -> None:
    try:
        received = frame(vector)
    except UnicodeDecodeError:
        return  # the transport refuses it, as RFC 6455 demands
    with pytest.raises(MalformedMessage) as refusal:
        CODECS[vector["codec"]].decode(received)
    assert refusal.value.fatal or not is_unreadable(vector)
