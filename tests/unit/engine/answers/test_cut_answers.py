"""Answers that break off in their middle, by each of the ways in which yt-dlp asks a site."""

import asyncio

import pytest
from yt_dlp.networking import Request
from yt_dlp.networking.exceptions import TransportError

from procs.engine.ytdlp.loader import Loader
from tests.sandbox.sloppy_site import Reply, SloppySite

HANDLERS = ("Urllib", "Requests", "CurlCFFI")
LIST = "#EXTM3U\n" + "#EXTINF:2.0,\nsegment.ts\n" * 40_000
FILM = (LIST + "#EXT-X-ENDLIST\n").encode()
TAIL = 300_000
DASH = b'<?xml version="1.0"?>\n<MPD type="static"><Period>' + b"<S/>" * 4000 + b"</Period></MPD>"


def ask(url, handler, amount):
    """What a reader gets, who reads at once or so many bytes at a time."""
    with Loader({"quiet": True, "cachedir": False, "proxy": ""}) as loader:
        handlers = loader._request_director.handlers
        for name in [one for one in handlers if one != handler]:
            handlers.pop(name)
        answer = loader.urlopen(Request(url))
        return b"".join(iter(lambda: answer.read(amount), b"")) if amount else answer.read()


async def heard(reply, handler, amount=None):
    async with SloppySite({"/x": [reply]}) as site:
        return await asyncio.to_thread(ask, site.url("/x"), handler, amount)


CUT = {
    "length": Reply(FILM, left=TAIL),
    "length and nothing": Reply(FILM, left=len(FILM)),
    "length too large by little": Reply(FILM, left=7),
    "length, reset": Reply(FILM, left=TAIL, resets=True),
    "chunk": Reply(FILM, "Transfer-Encoding", left=TAIL),
    "last chunk": Reply(FILM, "Transfer-Encoding", left=5),
    "packed by length": Reply(FILM, left=400, coding="gzip"),
}
#: What only the end of a packed body shows; libcurl does not look at it.
PACKED = {
    "gzip until close": Reply(FILM, "", left=400, coding="gzip"),
    "gzip with the length of the cut": Reply(FILM, "own Content-Length", left=400, coding="gzip"),
    "gzip without its sum": Reply(FILM, "", left=4, coding="gzip"),
    "brotli until close": Reply(FILM, "", left=9, coding="br"),
}


@pytest.mark.parametrize("amount", [None, 65536], ids=["page", "pieces"])
@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("reply", CUT.values(), ids=CUT)
async def test_a_body_shorter_than_its_frame_is_no_whole_one(reply, handler, amount):
    with pytest.raises(TransportError):
        await heard(reply, handler, amount)


@pytest.mark.parametrize("handler", HANDLERS[:2])
@pytest.mark.parametrize("reply", PACKED.values(), ids=PACKED)
async def test_a_packed_body_without_its_end_is_no_whole_one(reply, handler):
    with pytest.raises(TransportError):
        await heard(reply, handler)


WHOLE = {
    "length": Reply(FILM),
    "chunks": Reply(FILM, "Transfer-Encoding"),
    "until close": Reply(FILM, "", version="1.0"),
    "packed": Reply(FILM, coding="gzip"),
    "packed until close": Reply(FILM, "", coding="gzip", version="1.0"),
    "brotli": Reply(FILM, "Transfer-Encoding", coding="br"),
    "page without an end": Reply(b"<html><body><p>Hello", "", kind="text/html", version="1.0"),
    "broadcast": Reply(LIST.encode(), "", version="1.0"),
}


@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("reply", WHOLE.values(), ids=WHOLE)
async def test_a_whole_body_is_believed(reply, handler):
    assert await heard(reply, handler) == reply.body


async def test_a_part_of_a_packed_body_need_not_end():
    part = {"framed": "own Content-Length", "left": 400, "coding": "gzip"}
    reply = Reply(FILM, **part, status="206 Partial Content")
    text = await heard(reply, "Requests")
    assert FILM.startswith(text)
    assert text


ENDLESS = {
    "final list": Reply(LIST.replace("\n", "\n#EXT-X-PLAYLIST-TYPE:VOD\n", 1).encode()),
    "final list until close": Reply(
        LIST.replace("\n", "\n#EXT-X-PLAYLIST-TYPE:VOD\n", 1).encode(), "", version="1.0"
    ),
    "manifest": Reply(DASH[:-20], "", version="1.0", kind="application/dash+xml"),
    "json": Reply(b'{"films": [{"url": "https://', "", version="1.0", kind="application/json"),
}


@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("reply", ENDLESS.values(), ids=ENDLESS)
async def test_a_text_that_must_end_otherwise_is_no_whole_one(reply, handler):
    with pytest.raises(TransportError):
        await heard(reply, handler)


async def test_a_list_whose_connection_ended_early_is_asked_for_again():
    replies = [Reply(FILM, "", left=TAIL, version="1.0"), Reply(FILM, "", version="1.0")]
    async with SloppySite({"/x": replies}) as site:
        text = await asyncio.to_thread(ask, site.url("/x"), "Requests", None)
    assert text == FILM
    assert site.asked["/x"] == 2
