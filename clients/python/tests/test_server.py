"""The client and the real server."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import pytest
from proxy import CuttingProxy
from server import Server, running
from witness import Reader

import carillon_client as carillon
from carillon_client import blocking
from carillon_client._settings import DEFAULT

QUICK = replace(DEFAULT, reconnect_first_ms=10, reconnect_max_ms=100)
SOON = replace(DEFAULT, reconnect_first_ms=50, reconnect_max_ms=500)
"""Where servers start meanwhile, which want the machine as well."""
KEEPING = ("--set", "rooms.test/{number}.retention.count=100000")
_numbers = count()
_log = logging.getLogger("kills")


def new_room() -> str:
    """A room that no other test uses."""
    return f"test/{next(_numbers)}"


@pytest.mark.parametrize("codec", ["json", "msgpack"])
async def test_everything_that_can_be_published_is_read_as_it_was(
    server: Server, codec: str
) -> None:
    said = ["text", "", "€ \U0001f514", b"\x00\xff", b"", {"a": [1, 2.5, None]}, 7, None, "line\n"]
    async with carillon.connect(server.url, codec=codec) as client:
        room = await client.join(new_room())
        for data in said:
            await room.publish(data, event="e", key="k", tags={"a": "b"})
        read = [await anext(room) for _ in said]
        assert [message.data for message in read] == said
        assert [message.type for message in read][:6] == ["text"] * 3 + ["binary"] * 2 + ["json"]
        assert {message.event for message in read} == {"e"}
        assert {message.key for message in read} == {"k"}
        assert all(message.tags == {"a": "b"} for message in read)
        assert {message.sender.session for message in read} == {client.session}
        offsets = [message.offset for message in read]
        assert offsets == list(range(1, len(said) + 1))


async def test_the_past_is_read_from_where_it_is_wanted(server: Server) -> None:
    async with carillon.connect(server.url) as client:
        name = new_room()
        positions = [(await client.publish(name, n)).position for n in range(10)]

        page = await client.history(name, last=3)
        assert [message.data for message in page.messages] == [7, 8, 9]
        page = await client.history(name, from_=positions[3], limit=2)
        assert [message.data for message in page.messages] == [4, 5]
        assert page.more

        async with await client.join(name, last=2) as room:
            assert [(await anext(room)).data for _ in range(2)] == [8, 9]
        async with await client.join(name, from_=positions[6]) as room:
            assert [(await anext(room)).data for _ in range(3)] == [7, 8, 9]
            assert room.position == positions[9]
        elsewhere = carillon.Position("another-epoch", 3)
        async with await client.join(name, from_=elsewhere) as room:
            events = room.events()
            reset = await anext(events)
            assert isinstance(reset, carillon.Reset)
            assert (reset.old, reset.head) == (elsewhere, 10)
            await events.aclose()


async def test_presence_follows_who_comes_and_goes(server: Server) -> None:
    name = new_room()
    async with carillon.connect(server.url) as client:
        room = await client.join(name, presence=True)
        changes = (event async for event in room.events())
        async with carillon.connect(server.url) as other:
            await other.join(name)
            while other.session not in room.presence:
                await asyncio.wait_for(anext(changes), 10)
            assert client.session in room.presence
            assert room.presence.count == 2
            assert {member.session for member in await client.members(name)} == set(room.presence)
            gone = other.session
        while gone in room.presence:
            await asyncio.wait_for(anext(changes), 60)
        assert room.presence.count == 1


async def test_what_the_server_refuses_raises(server: Server) -> None:
    async with carillon.connect(server.url) as client:
        with pytest.raises(carillon.RequestRefused) as refusal:
            await client.join("no good room name!")
        assert refusal.value.code in ("bad_room_name", "bad_message")
        with pytest.raises(carillon.PublishRejected):
            await client.publish("no good room name!", "x")
        with pytest.raises(carillon.RequestRefused) as refusal:
            await client.call("nobody-answers-this")
        assert not refusal.value.retryable
        name = new_room()
        await client.join(name)
        with pytest.raises(carillon.RequestRefused) as refusal:
            await client.join(name)
        assert refusal.value.code == "already_joined"


async def test_many_messages_of_one_publisher_keep_their_order(server: Server) -> None:
    async with carillon.connect(server.url, codec="msgpack") as client:
        room = await client.join(new_room())
        futures = [room.publish_soon(n) for n in range(900)]
        published = await asyncio.gather(*futures)
        assert [p.position.offset for p in published] == list(range(1, 901))
        assert [(await anext(room)).data for _ in futures] == list(range(900))


def test_a_script_without_asyncio(server: Server) -> None:
    with blocking.connect(server.url) as client, client.join(new_room()) as room:
        published = room.publish({"n": 1})
        message = room.next(timeout=10)
        assert message.position == published.position == room.position
        with pytest.raises(TimeoutError):
            room.next(timeout=0.05)
        room.publish("two")
        assert next(iter(room)).data == "two"
        assert client.history(room.name, last=1).messages[0].data == "two"
    with pytest.raises(carillon.ConnectionEnded):
        client.publish("r", "late")
    with pytest.raises(carillon.ConnectionFailed):
        blocking.connect("ws://127.0.0.1:9")


# -- Connections that break


async def publish_all(url: str, name: str, who: str, messages: int) -> list[carillon.Published]:
    async with carillon.connect(url, settings=QUICK, keep_trying=True) as client:
        published = []
        for start in range(0, messages, 10):
            batch = [client.publish_soon(name, f"{who}-{n}") for n in range(start, start + 10)]
            published += await asyncio.gather(*batch)
        return published


async def read_until(
    url: str,
    name: str,
    last: str,
    joined: asyncio.Event,
    way: str = "websocket",
    settings: carillon.Settings = QUICK,
    into: Reader | None = None,
) -> Reader:
    reader = into or Reader()
    how: dict[str, Any] = {"settings": settings, "keep_trying": True, "transports": [way]}
    async with carillon.connect(url, **how) as client:
        room = await client.join(name)
        joined.set()
        async for event in room.events():
            reader.take(event)
            if isinstance(event, carillon.Message) and event.data == last:
                break
    return reader


async def cut_connections(cuts: int, messages: int, seed: int) -> None:
    with running(*KEEPING) as server:
        name, last = new_room(), "the last one"
        async with CuttingProxy(server.port, cuts, seed) as proxy:
            ready = [asyncio.Event() for _ in range(2)]
            readers = [
                asyncio.ensure_future(read_until(proxy.url, name, last, event)) for event in ready
            ]
            for event in ready:
                await asyncio.wait_for(event.wait(), 60)
            writers = [publish_all(proxy.url, name, f"p{n}", messages) for n in range(3)]
            published = await asyncio.gather(*writers)
            async with carillon.connect(server.url) as client:
                await client.publish(name, last)
            witnesses = await asyncio.wait_for(asyncio.gather(*readers), 60)
            assert proxy.cut >= cuts * 3 // 4, f"only {proxy.cut} connections were cut"

    positions = [answer.position for answers in published for answer in answers]
    assert len(set(positions)) == len(positions) == 3 * messages
    for witness in witnesses:
        witness.check_order()
        witness.check_once()
        assert witness.losses() == []
        read = [message.data for message in witness.messages()]
        for who in range(3):
            mine = [data for data in read if data.startswith(f"p{who}-")]
            assert mine == [f"p{who}-{n}" for n in range(messages)]
        assert len(read) == 3 * messages + 1


@pytest.mark.server
async def test_cut_connections_lose_nothing_and_repeat_nothing() -> None:
    await cut_connections(cuts=40, messages=300, seed=1)


@pytest.mark.server
@pytest.mark.full
@pytest.mark.parametrize("seed", range(5))
async def test_two_hundred_cut_connections(seed: int) -> None:
    await cut_connections(cuts=200, messages=1500, seed=seed)


# -- A server that dies

WAYS = ["websocket", "stream", "poll"]
FEW = [("websocket", 3), ("stream", 1), ("poll", 1)]


class Survivor:
    """Publishes one message after the other, whatever happens, until it is told to stop."""

    def __init__(self, url: str, name: str, who: str, way: str) -> None:
        self._url, self._name, self.who, self._way = url, name, who, way
        self.published: dict[str, carillon.Position] = {}
        self.unknown: list[str] = []
        self.progress = asyncio.Event()
        self.stopping = False
        self.story: list[str] = []

    def __str__(self) -> str:
        """Where it stands."""
        counts = f"{len(self.published)} published, {len(self.unknown)} unknown"
        return f"{self.who}: {counts}, after {self.story[-6:]}"

    def _note(self, state: carillon.State, error: carillon.CarillonError | None) -> None:
        self.story.append(f"{state.name} {error or ''}".strip())

    async def run(self) -> None:
        async with carillon.connect(
            self._url,
            settings=SOON,
            keep_trying=True,
            transports=[self._way],
            on_state=self._note,
        ) as client:
            for n in count():
                if self.stopping:
                    return
                data = f"{self.who}-{n}"
                try:
                    answer = await client.publish(self._name, data)
                    self.published[data] = answer.position
                    self.progress.set()
                except carillon.PublishUnknown:
                    self.unknown.append(data)


async def kill_server(kills: int, way: str) -> None:
    """With the memory broker a killed server forgets its rooms: each loss is told as a reset."""
    with running(*KEEPING) as server:
        name, last = new_room(), "the last one"
        survivors = [Survivor(server.url, name, f"s{n}", way) for n in range(2)]
        joined, reader = asyncio.Event(), Reader()
        reading = asyncio.ensure_future(
            read_until(server.url, name, last, joined, way, SOON, reader)
        )
        await asyncio.wait_for(joined.wait(), 60)
        writing = [asyncio.ensure_future(survivor.run()) for survivor in survivors]
        await kill_again_and_again(server, kills, survivors, reader)
        await within(60, asyncio.gather(*writing), "the last answers", survivors)
        async with carillon.connect(server.url) as client:
            end = await client.publish(name, last)
        witness = await within(60, reading, "the reader's last message", survivors)

    witness.check_order()
    witness.check_once()
    resets = witness.resets()
    assert len(resets) == kills
    assert witness.losses() == resets
    read = {message.data: message.position for message in witness.messages()}
    for survivor in survivors:
        for data, position in survivor.published.items():
            # Of an epoch that is over, the end may be lost with the server: that is the reset. Of
            # the living one, what came before the reader was back is not read, and said so.
            if data in read:
                assert read[data] == position
            elif position.epoch == end.position.epoch:
                assert position.offset <= resets[-1].head


async def kill_again_and_again(
    server: Server, kills: int, survivors: list[Survivor], reader: Reader | None = None
) -> None:
    """And lets them publish in between, and the reader be told of each reset."""
    spent = {"publishing": 0.0, "starting": 0.0}
    for killed in range(kills):
        began = monotonic()
        await more(survivors, f"after {killed} of {kills} kills")
        spent["publishing"] += monotonic() - began
        server.kill()
        began = monotonic()
        await asyncio.to_thread(server.start)
        spent["starting"] += monotonic() - began
        while reader is not None and len(reader.resets()) <= killed:
            reader.changed.clear()
            where = f"without a reset after {killed + 1} of {kills} kills"
            await within(60, reader.changed.wait(), where, [*survivors, reader])
    await more(survivors, "after the last kill")
    for survivor in survivors:
        survivor.stopping = True
    _log.info("%d kills, seconds: %s", kills, spent)


async def more(survivors: list[Survivor], where: str) -> None:
    """Waits until each has published some more."""
    for survivor in survivors:
        enough = len(survivor.published) + 20
        while len(survivor.published) < enough:
            survivor.progress.clear()
            await within(60, survivor.progress.wait(), where, survivors)


T = TypeVar("T")


async def within(seconds: float, work: Awaitable[T], where: str, survivors: Sequence[object]) -> T:
    """Or fails, and says where everybody stands."""
    try:
        return await asyncio.wait_for(work, seconds)
    except (asyncio.TimeoutError, TimeoutError):
        standing = "; ".join(map(str, survivors))
        raise AssertionError(f"stands still {where}: {standing}") from None


@pytest.mark.server
@pytest.mark.parametrize(("way", "kills"), FEW)
async def test_a_killed_server_is_told_as_a_reset(way: str, kills: int) -> None:
    await kill_server(kills, way)


@pytest.mark.server
@pytest.mark.full
@pytest.mark.parametrize("way", WAYS)
async def test_fifty_killed_servers(way: str) -> None:
    await kill_server(50, way)


async def kill_durable_server(kills: int, folder: Path, way: str) -> None:
    """With its rooms on the disk a killed server forgets nothing, and nothing comes twice."""
    with running("--data", str(folder), *KEEPING) as server:
        name, last = new_room(), "the last one"
        survivors = [Survivor(server.url, name, f"s{n}", way) for n in range(2)]
        joined = asyncio.Event()
        reading = asyncio.ensure_future(read_until(server.url, name, last, joined, way, SOON))
        await asyncio.wait_for(joined.wait(), 60)
        writing = [asyncio.ensure_future(survivor.run()) for survivor in survivors]
        await kill_again_and_again(server, kills, survivors)
        await within(60, asyncio.gather(*writing), "the last answers", survivors)
        async with carillon.connect(server.url) as client:
            await client.publish(name, last)
        witness = await within(60, reading, "the reader's last message", survivors)

    witness.check_order()
    witness.check_once()
    assert witness.losses() == []
    read = {message.data: message.position for message in witness.messages()}
    for survivor in survivors:
        assert survivor.unknown == []
        assert {data: read.get(data) for data in survivor.published} == survivor.published
        mine = [data for data in read if data.startswith(f"{survivor.who}-")]
        assert mine == list(survivor.published)


@pytest.mark.server
@pytest.mark.parametrize(("way", "kills"), FEW)
async def test_a_killed_server_with_its_rooms_on_the_disk_forgets_nothing(
    tmp_path: Path, way: str, kills: int
) -> None:
    await kill_durable_server(kills, tmp_path, way)


@pytest.mark.server
@pytest.mark.full
@pytest.mark.parametrize("way", WAYS)
async def test_fifty_killed_servers_with_their_rooms_on_the_disk(tmp_path: Path, way: str) -> None:
    await kill_durable_server(50, tmp_path, way)


@pytest.mark.server
async def test_a_server_that_shuts_down_is_waited_for() -> None:
    states: list[carillon.State] = []
    with running() as server:
        async with carillon.connect(
            server.url, settings=QUICK, on_state=lambda state, _: states.append(state)
        ) as client:
            room = await client.join(new_room())
            await asyncio.to_thread(server.stop)
            waiting = room.publish_soon("across the restart")
            await asyncio.to_thread(server.start)
            published = await asyncio.wait_for(waiting, 60)
            assert re.fullmatch(r"\w+:\d+", str(published.position).replace("-", "_"))
    assert carillon.State.WAITING in states
    assert states[-1] is carillon.State.ENDED
