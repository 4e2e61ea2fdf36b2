"""A broken or hostile server does not hurt: not the program, not its memory, not its patience."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import re
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from itertools import chain, repeat
from random import Random

import pytest
from stub import Peer, open_room, stub
from test_client import FAST, connected

import carillon_client as carillon
from carillon_client._codecs import JsonCodec, MsgpackCodec
from carillon_client._machine import Machine
from carillon_client._outputs import State
from carillon_client._settings import DEFAULT

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter, str], Awaitable[None]]


@asynccontextmanager
async def raw_server(serve: Serve) -> AsyncIterator[tuple[str, list[str]]]:
    """A server that is given the head of each request, and writes bytes."""
    heads: list[str] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            heads.append(head)
            await serve(reader, writer, head)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", heads
    finally:
        server.close()


def switching(head: str, *, key: str | None = None, lines: str = "") -> bytes:
    """The answer that opens a WebSocket."""
    asked = next(
        line for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key")
    )
    accept = hashlib.sha1((asked.split(": ")[1] + MAGIC).encode(), usedforsecurity=False).digest()
    accepted = key or base64.b64encode(accept).decode()
    return (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accepted}\r\n{lines}\r\n"
    ).encode()


JSON = "Sec-WebSocket-Protocol: carillon.v1.json\r\n"


async def refused(url: str, **options: object) -> carillon.CarillonError:
    """What connecting raises."""
    with pytest.raises(carillon.CarillonError) as error:
        await carillon.connect(url, **options)  # type: ignore[arg-type]
    return error.value


async def test_nobody_there() -> None:
    async with raw_server(_hang_up) as (url, _):
        pass
    error = await refused(f"{url.replace('//', '//ann:secret@')}/ws?token=secret")
    assert f"no connection to {url}/ws:" in error.message
    assert "secret" not in str(error)
    assert isinstance(error, carillon.ConnectionFailed)
    assert (error.code, error.retryable) == ("connection_failed", True)
    assert isinstance(error.cause, OSError)


async def _hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
    """Says nothing."""


@pytest.mark.parametrize(
    ("answer", "code", "retryable"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "not_found", False),
        (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "unauthenticated", False),
        (b"HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", "refused", True),
        (
            b"HTTP/1.1 503 No\r\nRetry-After: " + b"9" * 400 + b"\r\nContent-Length: 0\r\n\r\n",
            "refused",
            True,
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "refused", False),
        (b"\x00\x01\x02\x03\r\n\r\n", "handshake_failed", True),
        (b"HTTP/1.1 101 " + b"x" * 100_000, "handshake_failed", True),
        (b"HTTP/1.1 101 Fine\r\n" + b"a: b\r\n" * 10_000, "handshake_failed", True),
    ],
    ids=[
        "404",
        "401",
        "503",
        "later than ever",
        "200",
        "no HTTP",
        "an endless line",
        "endless headers",
    ],
)
async def test_a_server_that_is_no_websocket(answer: bytes, code: str, retryable: bool) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
        writer.write(answer)
        await writer.drain()

    async with raw_server(serve) as (url, _):
        error = await refused(url)
    assert (error.code, error.retryable) == (code, retryable)
    assert error.retry_after == (7 if b"Retry-After: 7" in answer else None)


@pytest.mark.parametrize(
    ("key", "lines"),
    [
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAA=", JSON),
        (None, "Sec-WebSocket-Protocol: chat\r\n"),
        (None, JSON + "Sec-WebSocket-Extensions: x-made-up\r\n"),
    ],
    ids=["wrong accept key", "subprotocol not offered", "extension not offered"],
)
async def test_a_handshake_that_is_wrong(key: str | None, lines: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
        writer.write(switching(head, key=key, lines=lines))
        await reader.read()

    async with raw_server(serve) as (url, _):
        error = await refused(url)
    assert error.code == "handshake_failed"


async def test_a_websocket_that_does_not_speak_the_protocol() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
        writer.write(switching(head))
        await reader.read()

    async with raw_server(serve) as (url, _):
        error = await refused(url)
    assert (error.code, error.retryable) == ("unsupported", False)


async def test_redirects_without_end() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with raw_server(serve) as (url, heads):
        error = await refused(url)
    assert isinstance(error, carillon.ConnectionFailed)
    assert len(heads) <= 13  # eleven by the WebSocket, one by each of the others


def text_frame(payload: bytes, *, first: int = 0x81, mask: bool = False) -> bytes:
    length = len(payload)
    bit = 0x80 if mask else 0
    if length < 126:
        head = struct.pack(">BB", first, bit | length)
    elif length < 65536:
        head = struct.pack(">BBH", first, bit | 126, length)
    else:
        head = struct.pack(">BBQ", first, bit | 127, length)
    return head + (b"\0\0\0\0" if mask else b"") + payload


WELCOME = (
    b'{"op":"welcome","session":"s","resumed":false,"server_time":1,"heartbeat":0,'
    b'"limits":{"max_message_bytes":1000,"max_rooms":1}}'
)
DEFLATE = JSON + "Sec-WebSocket-Extensions: permessage-deflate\r\n"


def bomb() -> bytes:
    """64 MiB of spaces, which take 64 KiB deflated."""
    deflate = zlib.compressobj(wbits=-15)
    data = deflate.compress(b" " * (64 << 20)) + deflate.flush(zlib.Z_SYNC_FLUSH)
    return text_frame(data[:-4], first=0xC1)


@pytest.mark.parametrize(
    "frames",
    [
        text_frame(b"{}", mask=True),
        text_frame(b"{}", first=0x91),
        text_frame(b"{}", first=0x83),
        text_frame(b"\xff\xfe"),
        text_frame(b"[" * 100_000),
        text_frame(b'{"op":"ping","x":' + b"[" * 900 + b"]" * 900 + b"}"),
        text_frame(b'{"op":'),
        text_frame(b"{}", first=0x82),
        struct.pack(">BBQ", 0x81, 127, 1 << 62),
        struct.pack(">BBQ", 0x81, 127, (1 << 63) | 1),
        text_frame(b"x" * 70_000),
        bomb(),
    ],
    ids=[
        "masked", "reserved bit", "reserved opcode", "not UTF-8", "nested without end",
        "nested too deeply", "half a message", "binary where text was agreed",
        "claims 4 EiB", "claims more than there can be", "too large", "inflates without end",
    ],
)  # fmt: skip
async def test_a_frame_that_is_wrong_costs_the_connection_and_nothing_else(frames: bytes) -> None:
    served = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
        nonlocal served
        served += 1
        writer.write(switching(head, lines=DEFLATE) + text_frame(WELCOME))
        if served == 1:
            writer.write(frames)
        for _ in ("connect", "close"):
            await reader.read(4096)

    limited = replace(FAST, max_frame_bytes=65_536)
    states: asyncio.Queue[State] = asyncio.Queue()
    async with raw_server(serve) as (url, _):
        client = await carillon.connect(
            url, settings=limited, on_state=lambda state, _: states.put_nowait(state)
        )
        welcomes = 0
        while welcomes < 2:
            state = await asyncio.wait_for(states.get(), 5)
            assert state is not State.ENDED
            welcomes += state is State.CONNECTED
        await client.close(timeout=0)
    assert served == 2


EVENTS = "Content-Type: text/event-stream\r\n"


def answer(status: str, lines: str, body: bytes = b"") -> bytes:
    return f"HTTP/1.1 {status}\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body


def sse(data: bytes, name: str = "") -> bytes:
    return (f"event: {name}\n" if name else "").encode() + b"data: " + data + b"\n\n"


def endless(lines: str, text: bytes) -> Iterator[bytes]:
    """More and more, for as long as somebody reads it."""
    yield f"HTTP/1.1 200 OK\r\n{lines}Connection: close\r\n\r\n".encode()
    while True:
        yield text


def once(data: bytes) -> Iterator[bytes]:
    yield data


HTML = "Content-Type: text/html\r\n"
CHUNKED = f"HTTP/1.1 200 OK\r\n{EVENTS}Transfer-Encoding: chunked\r\n\r\n".encode()


@pytest.mark.parametrize("way", ["stream", "poll"])
@pytest.mark.parametrize(
    "pieces",
    [
        lambda: once(answer("200 OK", HTML, b"<html>log in</html>")),
        lambda: endless(HTML, b"<p>more</p>" * 1000),
        lambda: once(answer("200 OK", EVENTS, b"\0\xff garbage")),
        lambda: endless(EVENTS, b"x" * 10_000),
        lambda: endless(EVENTS, b"data: x\n" * 1000),
        lambda: once(
            answer("200 OK", EVENTS + "Content-Encoding: gzip\r\n", gzip.compress(b"x" * (1 << 26)))
        ),
        lambda: once(answer("307 Again", "Location: /ws\r\n")),
        lambda: once(b"HTTP/1.1 204 No Content\r\n\r\n"),
        lambda: once(answer("503 No", "Retry-After: -1\r\n")),
        lambda: once(answer("503 No", f"Retry-After: {'9' * 400}\r\n")),
        lambda: once(answer("503 No", "Retry-After: \xb2\r\n")),
        lambda: once(f"HTTP/1.1 200 OK\r\n{EVENTS}Content-Length: x\r\n\r\n".encode()),
        lambda: once(
            f"HTTP/1.1 200 OK\r\n{EVENTS}Content-Length: {'9' * 5000}\r\n\r\nx".encode()
        ),
        lambda: once(CHUNKED + b"zz\r\n"),
        lambda: once(CHUNKED + b"-5\r\nx"),
        lambda: iter([CHUNKED + b"0\r\n", *[b"a: b\r\n"] * 1000]),
        lambda: once(f"HTTP/1.1 200 OK\r\n{EVENTS}Content-Length: 500\r\n\r\ndata: ".encode()),
        lambda: once(b"HTTP/1.1 200 " + b"x" * 100_000),
        lambda: chain([b"HTTP/1.1 200 OK\r\n"], repeat(b"a: b\r\n" * 1000)),
    ],
    ids=[
        "a page", "a page without end", "events that are none", "a line without end",
        "an event without end", "compressed", "redirect", "no content", "retry after -1",
        "retry after much", "retry after a square", "no length", "a length of 5000 digits",
        "no chunks", "a chunk of less than nothing", "trailers without end", "half an answer",
        "a long status", "headers without end",
    ],
)  # fmt: skip
async def test_an_answer_over_http_that_is_wrong_is_no_server(
    way: str, pieces: Callable[[], Iterator[bytes]]
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
        for piece in pieces():
            writer.write(piece)
            await writer.drain()

    limited = replace(FAST, max_frame_bytes=65_536)
    async with raw_server(serve) as (url, heads):
        error = await asyncio.wait_for(refused(url, transports=[way], settings=limited), 5)
    assert error.code == "connection_failed"
    assert error.retryable
    assert isinstance(error.cause, (OSError, ValueError))
    assert len(heads) == 1


def welcoming(way: str, then: Callable[[int], bytes]) -> Serve:
    """Opens the link, welcomes, and goes on as told with what is fetched next."""
    fetched = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
        nonlocal fetched
        while True:
            low = head.lower()
            if "carillon-link: new" not in low and not head.startswith("GET"):
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            elif way == "stream":
                fetched += 1
                writer.write(f"HTTP/1.1 200 OK\r\n{EVENTS}Connection: close\r\n\r\n".encode())
                writer.write(sse(b"l1", "link") + sse(WELCOME) + then(fetched))
            elif head.startswith("POST"):
                writer.write(answer("200 OK", EVENTS, sse(b"l1", "link") + sse(WELCOME)))
            else:
                fetched += 1
                if more := then(fetched):
                    writer.write(answer("200 OK", EVENTS, more))
            await writer.drain()
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            while not re.match("[A-Z]+ /", head):  # the body of what was posted
                head = head.partition("\n")[2] or (await reader.readuntil(b"\r\n\r\n")).decode()

    return serve


@pytest.mark.parametrize("way", ["stream", "poll"])
@pytest.mark.parametrize(
    "wrong",
    [
        sse(b"{nothing"),
        sse(b"x" * 80_000),
        sse(b"null", "close"),
        sse(b'{"code":"x","reason":{}}', "close"),
        sse(b'{"code":1e999}', "close"),
        sse(b"[" * 20_000, "close"),
        b"data: \xff\xfe\n\n",
    ],
    ids=["no message", "too large", "no close", "another close", "infinite", "nested", "no UTF-8"],
)
async def test_an_event_that_is_wrong_costs_the_link_and_nothing_else(
    way: str, wrong: bytes
) -> None:
    limited = replace(FAST, max_frame_bytes=65_536)
    states: asyncio.Queue[State] = asyncio.Queue()
    serve = welcoming(way, lambda turn: wrong if turn == 1 else b"")
    async with raw_server(serve) as (url, _):
        client = await carillon.connect(
            url,
            settings=limited,
            transports=[way],
            keep_trying=True,
            on_state=lambda state, _: states.put_nowait(state),
        )
        attempts, state = 0, State.WAITING
        while attempts < 2 or state is not State.CONNECTED:
            state = await asyncio.wait_for(states.get(), 10)
            assert state is not State.ENDED
            attempts += state is State.CONNECTING
        await client.close(timeout=0)


async def test_polls_that_are_answered_with_nothing_are_asked_with_pauses() -> None:
    fetched = 0

    def nothing(turn: int) -> bytes:
        nonlocal fetched
        fetched = turn
        return b":\n\n"

    async with raw_server(welcoming("poll", nothing)) as (url, _):
        client = await carillon.connect(url, settings=FAST, transports=["poll"])
        await asyncio.sleep(0.5)
        await client.close(timeout=0)
    assert 1 <= fetched <= 2


async def test_messages_that_are_wrong_are_told_and_change_nothing() -> None:
    async with stub() as server, connected(server) as (client, peer):
        room = await open_room(client, peer)
        for wrong in (
            {"offset": "1", "type": "text", "data": "x", "time": 5},
            {"offset": 1, "type": "text", "data": 7, "time": 5},
            {"offset": 1, "type": "binary", "data": "not base64!", "time": 5},
            {"offset": 1, "type": "cbor", "data": "x", "time": 5},
            {"offset": 1, "type": "text", "data": "x", "time": 5, "sender": []},
            {"offset": 1, "type": "text", "data": "x", "time": 5, "tags": {"a": 1}},
            {"offset": 2**53, "type": "text", "data": "x", "time": 5},
        ):
            await peer.say("message", room="r", **wrong)
        await peer.say("message", room="r", offset=1, type="text", data="right", time=2**53 - 1)
        message = await anext(room)
        assert message.data == "right"
        assert message.time.year == 9999


async def test_numbers_of_any_length_are_read() -> None:
    async with stub() as server, connected(server) as (client, peer):
        room = await open_room(client, peer)
        digits = "7" * 20_000
        await peer.raw(
            f'{{"op":"message","room":"r","offset":1,"type":"json","data":[{digits},1e999],"time":5}}'
        )
        data = (await anext(room)).data
        assert str(data[0]) == digits
        assert data[1] == float("inf")


async def test_answers_to_nothing_are_ignored() -> None:
    async with stub() as server, connected(server) as (client, peer):
        room = await open_room(client, peer)
        await peer.say("published", id=99, room="r", epoch="e", offset=1, level="memory")
        await peer.say("joined", id=99, room="r", epoch="evil", head=77)
        await peer.say("resumed", room="other", epoch="evil", **{"from": 1, "to": 2})
        await peer.say("left", id=99, room="r")
        await peer.message(1, "fine")
        assert (await anext(room)).position == carillon.Position("e1", 1)


async def test_a_server_that_says_goodbye_for_ever_is_not_followed_for_ever() -> None:
    """The slot is kept to, within its limit; the machine's clock is the test's."""
    machine = Machine(DEFAULT, Random(1), "p", 1)
    machine.connect(0)
    now, attempts = 0, 0
    while now < 60_000:
        assert machine.state is State.CONNECTING
        attempts += 1
        machine.opened(now, JsonCodec())
        machine.received(now, WELCOME.decode())
        machine.received(now, '{"op":"goodbye","reason":"restart","retry_after":0}')
        machine.closed(now, 1012)
        due = machine.deadline_ms()
        assert due is not None
        now = max(now + 1, due)
        machine.tick(now)
        machine.take()
    assert attempts < 300


@pytest.mark.parametrize("codec", [JsonCodec(), MsgpackCodec()], ids=["json", "msgpack"])
def test_random_frames_only_ever_raise_one_thing(codec: JsonCodec | MsgpackCodec) -> None:
    random = Random(7)
    seeds = [WELCOME, bytes.fromhex("82a26f70a46a6f696ea27870c0")]
    for _ in range(5_000):
        frame = bytearray(random.choice(seeds))
        for _ in range(random.randrange(1, 6)):
            frame[random.randrange(len(frame))] = random.randrange(256)
        given = frame.decode("latin-1") if isinstance(codec, JsonCodec) else bytes(frame)
        with suppress(carillon.MalformedMessage):
            codec.decode(given)


SECRET = "tr0ub4dor"  # noqa: S105


async def test_a_secret_is_in_no_message(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with stub() as server:

        async def opening() -> carillon.Client:
            return await carillon.connect(server.url, token=SECRET, settings=FAST)

        task = asyncio.ensure_future(opening())
        peer: Peer = await server.peer()
        await peer.welcome(resume="c0rrect")
        client = await task
        peer.cut()
        again = await server.peer()
        assert (await again.welcome())["resume"] == "c0rrect"
        assert SECRET not in repr(client)
        await client.close(timeout=0)
    ours = [record for record in caplog.records if record.name != "websockets.server"]
    assert {record.name for record in ours} >= {"carillon_client"}
    text = "\n".join(record.getMessage() for record in ours)
    assert SECRET not in text
    assert "c0rrect" not in text
