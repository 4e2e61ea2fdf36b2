"""The client on a real event loop and a real WebSocket, against a server that follows a script."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from stub import Peer, Stub, open_room, stub

import carillon_client as carillon
from carillon_client import Client, Settings

FAST = Settings(reconnect_first_ms=1, reconnect_max_ms=2)
"""No test waits for the delays between attempts, which the scenarios hold."""


@asynccontextmanager
async def connected(server: Stub, settings: Settings = FAST) -> AsyncIterator[tuple[Client, Peer]]:
    """A client, and the server's side of its connection."""
    opening = asyncio.ensure_future(_open(server, settings))
    peer = await server.peer()
    await peer.welcome()
    client = await opening
    try:
        yield client, peer
    finally:
        await client.close(timeout=0)


async def _open(server: Stub, settings: Settings) -> Client:
    return await carillon.connect(server.url, settings=settings)


async def test_a_message_is_published_and_read() -> None:
    async with stub() as server, connected(server) as (client, peer):
        room = await open_room(client, peer, head=6)
        publishing = asyncio.ensure_future(room.publish("hello"))
        publish = await peer.published(offset=7)
        await peer.message(7, "hello")
        published = await publishing
        message = await anext(room)

    assert publish["type"] == "text"
    assert publish["data"] == "hello"
    assert str(published.position) == "e1:7"
    assert message.data == "hello"
    assert message.position == published.position == room.position


async def test_an_address_without_a_path_gets_one() -> None:
    async with stub() as server:
        opening = asyncio.ensure_future(_open(server, FAST))
        peer = await server.peer()
        assert peer._websocket.request is not None
        assert peer._websocket.request.path == "/ws"
        await peer.welcome()
        await (await opening).close()


async def test_a_lost_connection_goes_on_where_it_was() -> None:
    async with stub() as server, connected(server) as (client, peer):
        room = await open_room(client, peer)
        await peer.message(1, "before")
        assert (await anext(room)).data == "before"
        peer.cut()

        again = await server.peer()
        connect = await again.welcome(resumed=True)
        join = await again.joined(head=2)
        await again.say("resumed", id=join["id"], room="r", epoch="e1", **{"from": 2, "to": 2})
        await again.message(2, "missed")
        await again.message(3, "live")

        assert connect["resume"] == "r1"
        assert join["from"] == {"epoch": "e1", "offset": 1}
        assert [(await anext(room)).data for _ in range(2)] == ["missed", "live"]


async def test_what_is_published_without_a_connection_waits_for_the_next_one() -> None:
    async with stub() as server, connected(server) as (client, peer):
        first = client.publish_soon("r", "sent")
        before = await peer.receive("publish")
        peer.cut()
        again = await server.peer()
        second = client.publish_soon("r", "waiting")
        await again.welcome()
        resent, fresh = await again.published(1), await again.published(2)

        assert (resent["sequence"], fresh["sequence"]) == (1, 2)
        assert (resent["publisher"], resent["data"]) == (before["publisher"], "sent")
        assert [(await future).position.offset for future in (first, second)] == [1, 2]


async def test_a_full_outbox_refuses_and_says_so() -> None:
    async with stub() as server, connected(server, replace(FAST, outbox_messages=2)) as (client, _):
        waiting = [client.publish_soon("r", n) for n in range(2)]
        with pytest.raises(carillon.OutboxFull) as refusal:
            await client.publish("r", "one too many")
        assert refusal.value.retryable
        assert not any(future.done() for future in waiting)
        for future in waiting:
            future.cancel()


async def test_a_publish_that_nobody_waits_for_any_more_is_taken_back_if_it_was_not_sent() -> None:
    async with stub() as server, connected(server, replace(FAST, in_flight=1)) as (client, peer):
        first = client.publish_soon("r", "first")
        await peer.receive("publish")
        with pytest.raises(carillon.PublishRejected, match="timeout"):
            await client.publish("r", "second", timeout=0.01)
        with pytest.raises(carillon.PublishUnknown, match="timeout"):
            await asyncio.shield(client.publish("r2", "third", timeout=0.01))
        await peer.receive("publish")
        first.cancel()
        await peer.silence()


async def test_a_message_larger_than_the_server_takes_is_refused_here() -> None:
    async with stub() as server, connected(server) as (client, peer):
        with pytest.raises(carillon.PublishRejected) as refusal:
            await client.publish("r", "x" * 70_000)
        assert refusal.value.code == "too_large"
        after = client.publish_soon("r", "small")
        sent = await peer.published(1)
        assert sent["data"] == "small"
        assert sent.get("previous", sent["sequence"] - 1) == 0
        await after


async def test_closing_ends_the_iteration_without_an_error() -> None:
    async with stub() as server, connected(server) as (client, peer):
        room = await open_room(client, peer)
        await peer.message(1)
        reading = asyncio.ensure_future(_read_all(room))
        await peer.silence()
        await client.close()
        assert await reading == ["x"]
        assert await peer.ended() == 1000
        with pytest.raises(carillon.ConnectionEnded):
            await client.publish("r", "late")


async def _read_all(room: carillon.Room) -> list[object]:
    return [message.data async for message in room]


async def test_leaving_ends_the_iteration_without_an_error() -> None:
    async with stub() as server, connected(server) as (client, peer):
        room = await open_room(client, peer)
        reading = asyncio.ensure_future(_read_all(room))
        leaving = asyncio.ensure_future(room.leave())
        leave = await peer.receive("leave")
        await peer.say("left", id=leave["id"], room="r")
        await leaving
        assert await reading == []
        await room.leave()  # once is enough


async def test_a_room_that_the_server_takes_away_raises() -> None:
    async with stub() as server, connected(server) as (client, peer):
        room = await open_room(client, peer)
        await peer.message(1)
        await peer.say("left", room="r", reason="removed")
        assert (await anext(room)).offset == 1
        with pytest.raises(carillon.RoomEnded) as end:
            await anext(room)
        assert end.value.code == "removed"


async def test_a_client_that_the_server_ends_raises_everywhere() -> None:
    async with stub() as server, connected(server) as (client, peer):
        room = await open_room(client, peer)
        publishing = client.publish_soon("r", "in doubt")
        await peer.receive("publish")
        await peer.close(4409, "elsewhere")
        with pytest.raises(carillon.ConnectionEnded) as end:
            await anext(room)
        assert (end.value.code, end.value.close_code) == ("taken_over", 4409)
        with pytest.raises(carillon.PublishUnknown) as doubt:
            await publishing
        assert doubt.value.cause is end.value
        with pytest.raises(carillon.ConnectionEnded):
            await client.wait_ended()


async def test_events_come_in_their_places() -> None:
    async with stub() as server, connected(server) as (client, peer):
        room = await open_room(client, peer)
        await peer.message(1)
        await peer.say("gap", room="r", epoch="e1", ranges=[[2, 4]], reason="lagged")
        await peer.say("skipped", room="r", ranges=[[5, 5]])
        await peer.message(6)
        await peer.say("reset", room="r", old_epoch="e1", epoch="e2", head=9, reason="ahead")
        events = room.events()
        kinds = [type(await anext(events)).__name__ for _ in range(5)]
        assert kinds == ["Message", "Gap", "Skipped", "Message", "Reset"]
        assert room.position == carillon.Position("e2", 9)
        await events.aclose()


async def test_a_loss_is_written_to_the_log_when_only_messages_are_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with stub() as server, connected(server) as (client, peer):
        room = await open_room(client, peer)
        await peer.say("gap", room="r", epoch="e1", ranges=[[1, 4]], reason="lagged")
        await peer.message(5)
        assert (await anext(room)).offset == 5
    assert "messages were lost" in caplog.text


async def test_presence_is_a_live_mapping() -> None:
    async with stub() as server, connected(server) as (client, peer):
        roster = {"members": [{"session": "s1", "user": "ann"}], "count": 1}
        room, join = await asyncio.gather(
            client.join("r", presence=True), peer.joined(presence=roster)
        )
        assert join["presence"] is True
        assert room.presence["s1"].user == "ann"
        state = {"type": "json", "data": {"mood": "fine"}}
        bob = {"session": "s2", "user": "bob", "state": state}
        await peer.say("presence", room="r", offset=1, event="join", member=bob)
        await peer.silence()
        assert room.presence["s2"].state == {"mood": "fine"}
        assert (len(room.presence), room.presence.count) == (2, 2)


async def test_calls_go_both_ways() -> None:
    async with stub() as server, connected(server) as (client, peer):

        @client.on_call("double")
        async def double(call: carillon.Call) -> int:
            return int(call.data) * 2

        @client.on_call("refuse")
        async def refuse(call: carillon.Call) -> None:
            raise carillon.RequestRefused("too_odd", "only even ones")

        await peer.say("call", id=1, event="double", type="json", data=21)
        assert (await peer.receive("reply"))["data"] == 42
        await peer.say("call", id=2, event="refuse", type="json", data=21)
        assert (await peer.receive("reply"))["error"]["code"] == "too_odd"
        await peer.say("call", id=3, event="nothing", type="json", data=21)
        assert (await peer.receive("reply"))["error"]["code"] == "no_handler"

        asking = asyncio.ensure_future(client.call("add", [1, 2]))
        call = await peer.receive("call")
        await peer.say("reply", id=call["id"], type="json", data=3)
        assert await asking == 3


async def test_a_call_is_not_made_twice() -> None:
    async with stub() as server, connected(server) as (client, peer):
        asking = asyncio.ensure_future(client.call("add", [1, 2]))
        await peer.receive("call")
        peer.cut()
        with pytest.raises(carillon.ConnectionLost):
            await asking


async def test_a_room_that_is_not_read_is_set_aside_and_taken_up_again() -> None:
    small = replace(FAST, unread_events=10)
    async with stub() as server, connected(server, small) as (client, peer):
        room = await open_room(client, peer)
        for offset in range(1, 13):
            await peer.message(offset, str(offset))
        leave = await peer.receive("leave")
        await peer.say("left", id=leave["id"], room="r")

        read = [(await anext(room)).offset for _ in range(5)]
        join = await peer.joined(head=12)
        assert join["from"] == {"epoch": "e1", "offset": 10}
        await peer.say("resumed", id=join["id"], room="r", epoch="e1", **{"from": 11, "to": 12})
        for offset in (11, 12):
            await peer.message(offset, str(offset))
        read += [(await anext(room)).offset for _ in range(7)]
        assert read == list(range(1, 13))


async def test_history_is_read_in_pages() -> None:
    async with stub() as server, connected(server) as (client, peer):
        position = carillon.Position("e1", 4)
        asking = asyncio.ensure_future(client.history("r", from_=position, limit=2))
        request = await peer.receive("history")
        entries = [{"offset": n, "type": "json", "data": n, "time": 7} for n in (5, 6)]
        page = {"room": "r", "epoch": "e1", "messages": entries, "head": 9, "more": True}
        await peer.say("history", id=request["id"], **page)
        history = await asking
        assert request["from"] == {"epoch": "e1", "offset": 4}
        assert request["limit"] == 2
        assert [message.data for message in history.messages] == [5, 6]
        assert history.more


async def test_a_new_token_is_asked_for_before_the_old_one_expires() -> None:
    tokens = iter(["first", "second"])

    async def token() -> str:
        return next(tokens)

    async with stub() as server:
        opening = asyncio.ensure_future(_with_token(server, token))
        peer = await server.peer()
        connect = await peer.welcome(expires=1_000_010)
        client = await opening
        refresh = await peer.receive("refresh")
        assert (connect["token"], refresh["token"]) == ("first", "second")
        await client.close()


async def _with_token(server: Stub, token: object) -> Client:
    return await carillon.connect(server.url, token=token)  # type: ignore[arg-type]


async def test_a_refused_token_raises_with_its_code() -> None:
    async with stub() as server:
        opening = asyncio.ensure_future(_with_token(server, "bad"))
        peer = await server.peer()
        connect = await peer.receive("connect")
        error = {"code": "unauthenticated", "message": "no", "retryable": False}
        await peer.say("error", id=connect["id"], **error)
        await peer.close(4401)
        with pytest.raises(carillon.ConnectionEnded) as end:
            await opening
        assert end.value.code == "unauthenticated"


async def test_message_pack_is_spoken_when_both_sides_can() -> None:
    from carillon_client._msgpack import packed, unpacked

    async with stub("carillon.v1.msgpack") as server:
        opening = asyncio.ensure_future(_open_msgpack(server))
        peer = await server.peer()
        connect = unpacked(await peer._websocket.recv(decode=False))
        limits = {"max_message_bytes": 1000, "max_rooms": 1}
        welcome = {"op": "welcome", "id": connect["id"], "session": "s", "resumed": False}
        await peer.raw(packed({**welcome, "server_time": 1, "heartbeat": 0, "limits": limits}))
        client = await opening
        publishing = client.publish_soon("r", b"\x00\xff")
        publish = unpacked(await peer._websocket.recv(decode=False))
        assert publish["data"] == b"\x00\xff"
        place = {"room": "r", "epoch": "e", "offset": 1, "level": "memory"}
        await peer.raw(packed({"op": "published", "id": publish["id"], **place}))
        assert (await publishing).position.offset == 1
        await client.close()


async def _open_msgpack(server: Stub) -> Client:
    return await carillon.connect(server.url, codec="msgpack")


async def test_trouble_that_nobody_waits_for_is_told() -> None:
    told: list[carillon.CarillonError] = []
    async with stub() as server:

        async def opening() -> Client:
            return await carillon.connect(server.url, on_error=told.append)

        task = asyncio.ensure_future(opening())
        peer = await server.peer()
        await peer.welcome()
        client = await task
        await peer.say("error", code="rate_limited", message="slower", retryable=True)
        await peer.say("no_such_operation", id=7)
        await peer.silence()
        assert [error.code for error in told] == ["rate_limited"]
        await client.close()


async def test_an_application_function_that_fails_does_not_stop_the_client() -> None:
    def broken(*_: object) -> None:
        raise ValueError("on purpose")

    async with stub() as server:

        async def opening() -> Client:
            return await carillon.connect(server.url, on_state=broken, on_error=broken)

        task = asyncio.ensure_future(opening())
        peer = await server.peer()
        await peer.welcome()
        client = await task
        asking = asyncio.ensure_future(client.members("r"))
        request = await peer.receive("members")
        await peer.say("members", id=request["id"], room="r", members=[], count=0)
        assert await asking == ()
        await client.close()


def test_wrong_use_is_told_at_once() -> None:
    with pytest.raises(ValueError, match="is not an address like"):
        carillon.connect("localhost:8080")
    with pytest.raises(ValueError, match="codec is 'xml'"):
        carillon.connect("ws://localhost", codec="xml")
    with pytest.raises(ValueError, match="must be more than 0"):
        Settings(in_flight=0)
    with pytest.raises(ValueError, match="is not a position"):
        carillon.Position.parse("e1-7")
    assert carillon.Position.parse("a:7") == carillon.Position("a", 7)


async def test_data_that_is_not_json_is_refused_at_once() -> None:
    async with stub() as server, connected(server) as (client, _):
        with pytest.raises(TypeError):
            await client.publish("r", {1, 2})
        with pytest.raises(ValueError, match="not JSON compliant"):
            await client.publish("r", {"x": float("nan")})
        with pytest.raises(UnicodeEncodeError):
            await client.publish("r", "\ud800")
        assert json.dumps(client.session) == '"s1"'
