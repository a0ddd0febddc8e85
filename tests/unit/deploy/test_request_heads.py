"""A request whose head has no end is cut off, and all others are read as before."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from deploy.request_heads import MOST_HEAD, BoundedHeads

HOST = b"Host: localhost\r\n"
PIECE = b"a" * 10_000


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the size of the body."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    body = str(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = uvicorn.Config(app, port=0, http=BoundedHeads, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it has no event for that
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await running


async def sent(port: int, *pieces: bytes) -> tuple[bytes, int]:
    """Return what is answered, and how many pieces could be sent before."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    for piece in pieces:
        writer.write(piece)
        try:
            await writer.drain()
        except ConnectionError:
            break
        done += 1
        await asyncio.sleep(0.001)  # so that each arrives by itself
        if reader.at_eof():
            break
    answer = b""
    with suppress(ConnectionError):
        answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return answer, done


@pytest.mark.parametrize(
    "head",
    [
        pytest.param((b"GET / HTTP/1.1\r\n" + HOST + b"X: ", PIECE), id="one header without end"),
        pytest.param((b"GET / HTTP/1.1\r\n" + HOST, b"X: " + PIECE + b"\r\n"), id="headers without end"),
        pytest.param((b"GET /", PIECE), id="an address without end"),
    ],
)
async def test_a_head_without_end_is_cut_off(head: tuple[bytes, bytes], port: int) -> None:
    first, piece = head
    _, pieces = await sent(port, first, *([piece] * 1_000))
    assert pieces < 1_000


async def test_a_long_body_and_the_next_request_in_the_same_piece_are_read(port: int) -> None:
    size = 5 * MOST_HEAD
    first = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % size
    second = b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    answer, _ = await sent(port, first, b"b" * (size - 10), b"b" * 10 + second)
    assert answer.count(b"HTTP/1.1 200") == 2
    assert answer.endswith(b"\r\n\r\n0")


async def test_a_head_that_is_long_but_ends_is_read(port: int) -> None:
    head = b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\nX: "
    answer, _ = await sent(port, head, *[PIECE] * 5, b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
