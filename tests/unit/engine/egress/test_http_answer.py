"""How a site's answer goes on to a program, whatever a server makes of HTTP's framing."""

import asyncio
import random
import socket
import time
from contextlib import suppress
from http.client import HTTPResponse, IncompleteRead

import pytest

from procs import errors
from procs.engine.egress.dial import UpstreamProxy
from procs.engine.egress.http_answer import Answer
from tests.sandbox.way_out import PUBLIC, Net, way_out

BODY = bytes(range(256)) * 40
LINE = b"HTTP/1.1 200 OK\r\n"
SIZED = b"Content-Length: %d\r\n" % len(BODY)


def chunks(body, *, ends=b"\r\n"):
    whole = b""
    for start in range(0, len(body), 999):
        piece = body[start : start + 999]
        whole += b"%x;a=b" % len(piece) + ends + piece + ends
    return whole + b"000" + ends


def passed(said, method="GET", *, seed=None):
    """The answer that goes on, when `said` comes in pieces of any size."""
    answer, told, place, dice = Answer(method), b"", 0, random.Random(seed)
    while place < len(said):
        size = len(said) if seed is None else dice.randint(1, 700)
        told += answer.take(said[place : place + size])
        place += size
    return answer, told


def read(told, method="GET"):
    """What Python's own client makes of it: headers, body. Raises as that does."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(5)
        ours.settimeout(5)
        response = HTTPResponse(theirs, method=method)
        ours.sendall(told)
        ours.shutdown(socket.SHUT_WR)
        response.begin()
        return response.headers, response.read()


GOOD = {
    "a length": LINE + SIZED + b"\r\n" + BODY,
    "kept alive": LINE + SIZED + b"Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n" + BODY,
    "lower case": LINE + SIZED.lower() + b"\r\n" + BODY,
    "http 1.0": LINE.replace(b"1.1", b"1.0") + SIZED + b"\r\n" + BODY,
    "icecast": b"ICY 200 OK\r\n\r\n" + BODY,
    "no reason": b"HTTP/1.1 200\r\n" + SIZED + b"\r\n" + BODY,
    "until the end": LINE + b"\r\n" + BODY,
    "an empty length": LINE + b"Content-Length: \r\n\r\n" + BODY,
    "an unknown length": LINE + b"Content-Length: -1\r\n\r\n" + BODY,
    "the length twice": LINE + SIZED + SIZED + b"\r\n" + BODY,
    "the length twice in one": LINE + SIZED[:-2] + b", %d\r\n\r\n" % len(BODY) + BODY,
    "more than its length": LINE + SIZED + b"\r\n" + BODY + b"more",
    "another answer after it": (LINE + SIZED + b"\r\n" + BODY) * 2,
    "chunks": LINE + b"Transfer-Encoding: chunked\r\n\r\n" + chunks(BODY) + b"\r\n",
    "chunks, and more": LINE + b"Transfer-Encoding: Chunked\r\n\r\n" + chunks(BODY) + b"\r\nmore",
    "chunks with trailers": LINE
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + chunks(BODY)
    + b"X-Sum: 1\r\nContent-Length: 3\r\n\r\n",
    "chunks by line feeds": LINE
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + chunks(BODY, ends=b"\n")
    + b"\n",
    "chunks and a length": LINE
    + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    + chunks(BODY)
    + b"\r\n",
    "identity": LINE + SIZED + b"Transfer-Encoding: identity\r\n\r\n" + BODY,
    "interim answers": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n"
    + LINE
    + SIZED
    + b"\r\n"
    + BODY,
    "line feeds": (LINE + SIZED + b"\r\n").replace(b"\r\n", b"\n") + BODY,
    "blank lines before": b"\r\n\r\n" + LINE + SIZED + b"\r\n" + BODY,
    "folds": LINE + b"X-A: one\r\n two\r\n\tthree\r\n" + SIZED + b"\r\n" + BODY,
    "a blank before a colon": LINE + b"Content-Length : %d\r\n\r\n" % len(BODY) + BODY,
    "no header": LINE + b"nonsense\r\n" + SIZED + b"\r\n" + BODY,
    "many headers": LINE + b"Set-Cookie: a=b\r\n" * 300 + SIZED + b"\r\n" + BODY,
}


@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize("name", GOOD)
def test_the_body_arrives_once_and_the_connection_is_said_to_end(name, seed):
    answer, told = passed(GOOD[name], seed=seed)
    headers, body = read(told)
    assert body == BODY
    assert headers.get_all("Connection") == ["close"]
    assert headers["Keep-Alive"] is None
    assert answer.status == 200
    assert len(headers.get_all("Content-Length", [])) + len(
        headers.get_all("Transfer-Encoding", [])
    ) == (0 if name in ("icecast", "until the end", "an empty length", "an unknown length") else 1)


BAD = {
    "no web": b"220 mail ready\r\n\r\n",
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\nPRI",
    "http 2": b"HTTP/2 200 OK\r\n\r\n",
    "no status": b"HTTP/1.1 abc\r\n\r\n",
    "two lengths": LINE + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "two lengths in one": LINE + b"Content-Length: 5, 6\r\n\r\nhello!",
    "a length with a sign": LINE + b"Content-Length: +5\r\n\r\nhello",
    "a length in hex": LINE + b"Content-Length: 0x5\r\n\r\nhello",
    "another coding": LINE + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked twice": LINE + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "a chunk without a size": LINE + b"Transfer-Encoding: chunked\r\n\r\nhello\r\n",
    "a negative chunk": LINE + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n",
    "a chunk with a sign": LINE + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n",
    "a chunk longer than its size": LINE + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n",
    "an endless size": LINE + b"Transfer-Encoding: chunked\r\n\r\n" + b"0" * 9000,
    "endless trailers": LINE + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * 9000,
    "chunks of nothing": LINE + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 20_000,
    "an endless head": LINE + b"X: y\r\n" * 20_000,
    "an endless line": LINE + b"X: " + b"y" * 100_000,
    "endless interim answers": b"HTTP/1.1 102 Processing\r\n\r\n" * 100,
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("seed", [None, 3])
def test_what_is_no_answer_is_called_the_sites_fault(name, seed):
    with pytest.raises(errors.SiteBroken):
        passed(BAD[name], seed=seed)


SIGNS = (b"\r\n", b"\n", b"\r", b":", b" ", b";", b"0", b"\x00", b"Content-Length: 3\r\n")
SIGNS += (b"Transfer-Encoding: chunked\r\n", b"HTTP/1.1 100 x\r\n\r\n", b"Connection: x\r\n")


def bent(said, dice):
    """An answer with a few of its signs moved, doubled or lost."""
    said = bytearray(said[:3000])
    for _ in range(dice.randint(1, 6)):
        place = dice.randrange(min(len(said), dice.choice((120, 3000))) + 1)
        said[place : place + dice.choice((0, 0, 1, 9))] = dice.choice((b"", *SIGNS))
    return bytes(said)


def test_whatever_a_server_says_the_program_is_told_one_head_with_one_framing():
    dice, told = random.Random(1), 0
    for seed in range(3000):
        with suppress(errors.SiteBroken):
            answer, whole = passed(
                bent(dice.choice([*GOOD.values(), *BAD.values()]), dice), seed=seed
            )
            head = whole.partition(b"\r\n\r\n")[0].split(b"\r\n") if answer.status else []
            names = [line.partition(b":")[0].lower() for line in head[1:]]
            assert names.count(b"connection") == (1 if head else 0)
            assert sum(name in (b"content-length", b"transfer-encoding") for name in names) <= 1
            assert not any(sign in b"".join(head) for sign in (b"\r", b"\n", b"\0"))
            told += bool(head)
    assert told > 1000


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304), ("HEAD", 404)]
)
def test_an_answer_without_a_body_ends_with_its_head(method, status):
    said = b"HTTP/1.1 %d x\r\nContent-Length: 9\r\nETag: a\r\n\r\nstray data" % status
    answer, told = passed(said, method)
    assert answer.whole
    headers, body = read(told, method)
    assert (body, headers["ETag"]) == (b"", "a")


@pytest.mark.parametrize("cut", [1, 500, 9000])
@pytest.mark.parametrize("name", ["a length", "chunks"])
def test_a_cut_body_does_not_look_whole(name, cut):
    answer, told = passed(GOOD[name][:-cut])
    assert not answer.whole
    with pytest.raises(IncompleteRead):
        read(told)


def test_what_the_connection_names_as_its_own_stays_there():
    said = b"Connection: close, X-Hop\r\nX-Hop: 1\r\nX-Kept: 2\r\nProxy-Authenticate: Basic\r\n"
    rest = b"Upgrade: h2c\r\nTrailer: X\r\nTE: gzip\r\nContent-Length: 0\r\n\r\n"
    headers, _ = read(passed(LINE + said + rest)[1])
    assert headers.items() == [("X-Kept", "2"), ("Content-Length", "0"), ("Connection", "close")]


def test_no_header_ends_the_head_early():
    headers, body = read(passed(LINE + b"X: a\rInjected: b\x00c\r\n" + SIZED + b"\r\n" + BODY)[1])
    assert (headers["X"], headers["Injected"], body) == ("a Injected: b c", None, BODY)


async def test_a_second_request_is_made_anew_where_the_site_goes_on_listening():
    """The program is told that the connection ends, and finds it ended."""
    net = Net()

    async def deaf(reader, writer):
        writer.write(LINE + b"Content-Length: 2\r\nConnection: keep-alive\r\n\r\nhi")
        with suppress(ConnectionError):
            await reader.read()
        writer.close()

    net.answer = deaf
    async with way_out(net) as egress:
        for _ in range(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", egress.port)
            writer.write(b"GET http://site.test/ HTTP/1.1\r\n\r\n")
            said = await asyncio.wait_for(reader.read(), 10)
            assert said.endswith(b"Connection: close\r\n\r\nhi")
            writer.close()
    assert (len(net.heard), len(net.dialled)) == (2, 2)
    assert egress.trouble is None


@pytest.mark.parametrize("word", [b"", b"HTTP/1.1 200 OK\r\nContent-Le"])
async def test_a_site_that_ends_without_an_answer_is_named(word):
    net = Net()

    async def mute(reader, writer):
        writer.write(word)
        writer.close()

    net.answer = mute
    async with way_out(net) as egress:
        reader, writer = await asyncio.open_connection("127.0.0.1", egress.port)
        writer.write(b"GET http://site.test/ HTTP/1.1\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 502 ")
        writer.close()
    judged = egress.judge(errors.SiteBroken("HTTP Error 502"))
    assert (type(judged), "site.test" in judged.detail) == (errors.NetworkBroken, True)


async def test_a_proxy_is_blamed_only_where_there_is_one():
    """A site may answer 407 too, and a program always speaks of a proxy: it sees ours."""
    net = Net({"proxy.lan": [PUBLIC]})

    async def who(reader, writer):
        writer.write(b"HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    net.answer = who
    ours = UpstreamProxy("proxy.lan", 1)
    for upstream, kind in ((None, errors.SiteBroken), (ours, errors.ProxyBroken)):
        async with way_out(net, upstream=upstream) as egress:
            reader, writer = await asyncio.open_connection("127.0.0.1", egress.port)
            writer.write(b"GET http://site.test/ HTTP/1.1\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 407 ")
            writer.close()
        assert type(egress.judge(errors.SiteBroken("HTTP Error 407"))) is kind
        claimed = egress.judge(errors.ProxyBroken("the child says so"))
        assert type(claimed) is (kind if upstream else errors.NetworkBroken)


async def test_what_a_connection_names_as_its_own_does_not_reach_the_site():
    net = Net()
    async with way_out(net) as egress:
        reader, writer = await asyncio.open_connection("127.0.0.1", egress.port)
        writer.write(
            b"POST http://site.test/ HTTP/1.1\r\nConnection: X-Hop, Content-Length\r\nX-Hop: 1\r\n"
            b"Expect: 100-continue\r\nX-Kept: 2\r\nContent-Length: 2\r\n\r\nab"
        )
        await reader.read()
        writer.close()
    fields = net.heard[0].decode().split("\r\n")[1:-2]
    assert fields == ["Host: site.test", "X-Kept: 2", "Content-Length: 2", "Connection: close"]


def test_a_hostile_answer_costs_little():
    """A byte at a time, up to what a head may have: each is looked at once."""
    answer, began = Answer("GET"), time.process_time()
    for _ in range(65_000):
        answer.take(b"x")
    assert time.process_time() - began < 5
