"""The site itself. Files may be bent by their address:

/slow/clip.mp4?rate=50000     so many bytes a second (default 100000); any file takes ?rate=
/small.mp4?pad=100000000      with so many bytes more that players skip; any mp4 takes ?pad=
/hang/clip.mp4                headers never come
/stall/clip.mp4               half of it, then silence
/cut/clip.mp4                 half of it, then the connection breaks
/anew/clip.mp4                half of it, then a break; the next time all of it from its beginning
/unsized/clip.mp4             without a length
/rangeless/clip.mp4           all of it, whatever part was asked for
/refusing/clip.mp4            403 where a part is asked for
/changed/clip.mp4             another file of the same length once `changed` is set. With ?by=etag,
                              modified, both it says so; with &heeds=yes it heeds If-Range
/endless.mp4                  the clip, then zeros for ever
/live.m3u8                    a broadcast: no end, and one segment more each time it is asked for
/_refuse/ADDRESS              from now on 429 to all that come from there (`none`: to nobody)
/_outage/on                   from now on 500 to all that is asked, until /_outage/off
/status/503                   that answer (429 and 503 with Retry-After: 7)
/walled/7/clip.mp4            at the first ask a check for robots instead; any number is one more
/busy/7/clip.mp4              at the first ask 429 with Retry-After: 2
/members/clip.mp4             for those with the cookie member=yes; 401 for others
/browsers/clip.mp4            for what shakes hands as a browser does; 403 for others
/redirect/3/clip.mp4          after so many redirects, the last to ?host= of this machine;  /loop
                              for ever
/b/res/7.html                 a thread of pictures, as imageboards have it
/api/skipSegments/5f2a        which parts sponsors paid for
/paced/hls/plain15.m3u8       a list of 15 pieces, each at ?rate=; once `changed` is set, with
                              ?changes=plain150.ts that one is another, with ?fewer=yes there are 14
/odd/clip.mp4                 no name in the address, a Persian one in Content-Disposition
/apart/long/film.html         a film whose picture and sound are streams of their own
/episode/7/clip.mp4           the clip again, under an address of its own
/growing/100/feed.xml         a feed with Episode 101 and 100, and one more after each /_grow/100
"""

import asyncio
import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.sandbox.site import files
from tests.sandbox.site.answers import Answers, headers_of, span_of
from tests.sandbox.site.found import Searched
from tests.sandbox.site.padding import Body, altered
from tests.sandbox.site.pages import pages
from tests.sandbox.site.visits import VISIT, visit_of

#: Bytes of one write, such writes a second at most when the rate is bound, and bytes a second.
PIECE, BEATS, SLOW = 64 * 1024, 20, 100_000
#: The networks that an order must allow to come here: nobody may visit loopback otherwise.
LOOPBACK = ("127.0.0.0/8",)
#: As Cloudflare refuses a program, and as a site asks for patience.
ONCE = {
    "walled": (403, {"cf-mitigated": "challenge"}),
    "busy": (429, {"Retry-After": "2"}),
}


class Site(Answers, Searched):
    """A running site, its address and its counters. Paths count without their query."""

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        self.port, self.host = port, host
        self.files = Path()
        self.asked: dict[str, int] = defaultdict(int)
        self.sent: dict[str, int] = defaultdict(int)
        #: The first byte of the latest answer of a file.
        self.first: dict[str, int] = defaultdict(int)
        #: Every ask, in its order.
        self.visits: list[dict[str, Any]] = []
        self.news = asyncio.Condition()
        self.grown: dict[int, int] = defaultdict(int)
        self.outage = False
        self.refused = "none"
        self.changed = False
        self.runner: web.AppRunner | None = None

    async def __aenter__(self) -> "Site":
        self.files = await asyncio.to_thread(files.folder)
        app = web.Application(middlewares=[self.count])
        app.add_routes(self.routes())
        self.runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self.runner.setup()
        door = web.TCPSite(self.runner, self.host, self.port)
        await door.start()
        self.port = self.runner.addresses[0][1]
        self.pages = pages(self.url(""))
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self.runner is not None
        await self.runner.cleanup()

    def hits(self, path: str) -> int:
        """How often a path was asked for."""
        return self.asked[path]

    def bytes(self, path: str) -> int:
        """How many bytes of its body were sent."""
        return self.sent[path]

    async def until(self, path: str, *, hits: int = 1, sent: int = 0) -> None:
        """Wait until a path was asked for `hits` times and `sent` bytes of it left."""
        async with self.news:
            await self.news.wait_for(lambda: self.asked[path] >= hits and self.sent[path] >= sent)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.index),
            web.get("/_hits", self.counters),
            web.get("/_visits", self.record),
            web.get("/_outage/{state:on|off}", self.switch),
            web.get("/_refuse/{address}", self.refuse),
            web.get("/_grow/{first:\\d+}", self.grow),
            web.get("/growing/{first:\\d+}/feed.xml", self.growing),
            web.get("/page/{name}", self.page),
            web.get("/b/res/{name}.html", self.page),
            web.get("/apart/{name}/film.html", self.apart),
            web.get("/apart/{name}/film.mpd", self.manifest),
            web.get("/status/{code:\\d+}", self.status),
            web.get("/redirect/{left:\\d+}/{name:.+}", self.redirect),
            web.get("/{once:walled|busy}/{again:\\d+}/{name:.+}", self.once),
            web.get("/{club:members|browsers}/{name:.+}", self.club),
            web.get("/loop", self.loop),
            web.get("/hang/{name:.+}", self.hang),
            web.get("/endless.mp4", self.endless),
            web.get("/b/res/{name:\\d+}.json", self.thread),
            web.get("/b/src/{name:.+}", self.file),
            web.get("/api/skipSegments/{start}", self.sponsors),
            web.post("/youtubei/v1/search", self.films),
            web.get("/api-v2/search/tracks", self.songs),
            web.get("/live.m3u8", self.live),
            web.get("/paced/dash/fifteen.mpd", self.paced_dash),
            web.get("/paced/{name:.+}", self.paced),
            web.get("/turning.m3u8", self.turning),
            web.get(
                "/{bend:slow|stall|cut|anew|unsized|odd|rangeless|refusing|changed}/{name:.+}",
                self.file,
            ),
            web.get("/episode/{number:\\d+}/{name:.+}", self.file),
            web.get("/{name:.+}", self.file),
        ]

    @web.middleware
    async def count(self, request: web.Request, handler: "web.Handler") -> web.StreamResponse:
        await self.note(request.path, hits=1)
        visit = request[VISIT] = visit_of(request)
        if not request.path.startswith("/_"):
            self.visits.append(visit)
        try:
            return await self.answer(request, handler)
        finally:
            visit["end"] = time.time()

    async def answer(self, request: web.Request, handler: "web.Handler") -> web.StreamResponse:
        if self.outage and not request.path.startswith("/_"):
            return web.Response(status=500, text="we are down")
        if request.remote == self.refused:
            return web.Response(status=429, text="not from there")
        try:
            response = await handler(request)
        except ConnectionResetError as error:
            raise asyncio.CancelledError from error  # who asked has left
        if isinstance(response, web.Response):
            await self.note(request.path, sent=response.body_length)
        return response

    async def note(self, path: str, *, hits: int = 0, sent: int = 0) -> None:
        async with self.news:
            self.asked[path] += hits
            self.sent[path] += sent
            self.news.notify_all()

    async def index(self, request: web.Request) -> web.Response:
        found = sorted(p.relative_to(self.files) for p in self.files.rglob("*") if p.is_file())
        paths = [*self.pages, *(f"/{path}" for path in found)]
        return web.Response(text=f"{__doc__}\n" + "\n".join(paths) + "\n")

    async def counters(self, request: web.Request) -> web.Response:
        rows = {
            path: {"hits": hits, "bytes": self.sent[path], "first": self.first.get(path, 0)}
            for path, hits in self.asked.items()
        }
        return web.json_response(rows)

    async def record(self, request: web.Request) -> web.Response:
        return web.json_response(self.visits)

    async def switch(self, request: web.Request) -> web.Response:
        self.outage = request.match_info["state"] == "on"
        return web.Response(text=request.match_info["state"])

    async def refuse(self, request: web.Request) -> web.Response:
        self.refused = request.match_info["address"]
        return web.Response(text=self.refused)

    async def once(self, request: web.Request) -> web.StreamResponse:
        """A refusal, and the file when it is asked for again."""
        if self.asked[request.path] > 1:
            return await self.file(request)
        status, headers = ONCE[request.match_info["once"]]
        return web.Response(status=status, text="Just a moment", headers=headers)

    async def club(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["club"] == "members":
            enters, refusal = request.cookies.get("member") == "yes", 401
        else:
            enters, refusal = "sec-ch-ua" in request.headers, 403
        return await self.file(request) if enters else web.Response(status=refusal)

    async def endless(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "video/mp4"})
        await response.prepare(request)
        await self.write(request, response, (self.files / "clip.mp4").read_bytes())
        while True:
            await self.write(request, response, bytes(PIECE))

    async def file(self, request: web.Request) -> web.StreamResponse:
        path, bend = self.files / request.match_info["name"], request.match_info.get("bend", "")
        if not path.is_file() or self.files not in path.resolve().parents:
            raise web.HTTPNotFound
        body = Body(path.read_bytes(), int(request.query.get("pad") or 0))
        if bend == "refusing" and "Range" in request.headers:
            raise web.HTTPForbidden
        response = web.StreamResponse(headers=headers_of(path, bend))
        first, end = span_of(request, len(body)) if bend not in ("anew", "rangeless") else (0, None)
        if bend == "changed":
            body, first = self.version(request, response, body, first)
        if bend == "anew" and self.asked[request.path] == 1:
            bend = "cut"
        whole, body = len(body), body.until(end)
        self.first[request.path] = first
        request[VISIT] |= {"first": first, "length": len(body) - first}
        if bend != "unsized":
            response.content_length = len(body) - first
            response.headers["Accept-Ranges"] = "bytes"
        if first or end:
            response.set_status(206)
            response.headers["Content-Range"] = f"bytes {first}-{len(body) - 1}/{whole}"
        await response.prepare(request)
        if request.method == "GET":
            half = bend in ("stall", "cut")
            sent = body.until(len(body) // 2) if half else body
            await self.write(request, response, sent, first)
            await self.bend(request, bend)
        return response

    def version(
        self, request: web.Request, response: web.StreamResponse, body: Body, first: int
    ) -> tuple[Body, int]:
        """The file as it is now, and the first byte of it that is sent."""
        version, by = 2 if self.changed else 1, request.query.get("by", "")
        if by in ("etag", "both"):
            response.headers["ETag"] = f'"v{version}"'
        if by in ("modified", "both"):
            response.headers["Last-Modified"] = f"Sun, 0{version} Nov 2026 10:00:00 GMT"
        wanted = request.headers.get("If-Range")
        if request.query.get("heeds") and wanted and wanted != response.headers.get("ETag"):
            first = 0
        return body if version == 1 else Body(altered(body[:])), first

    async def bend(self, request: web.Request, bend: str) -> None:
        """What comes after the body's first half."""
        if bend == "stall":
            await asyncio.Future[None]()
        if bend == "cut" and request.transport:
            request.transport.abort()

    async def write(
        self,
        request: web.Request,
        response: web.StreamResponse,
        body: "bytes | Body",
        first: int = 0,
    ) -> None:
        """Send `body` from its byte `first` on, at the rate that was asked for."""
        rate = int(request.query.get("rate") or (SLOW if request.path.startswith("/slow/") else 0))
        step = min(PIECE, max(1, rate // BEATS)) if rate else PIECE
        for start in range(first, len(body), step):
            piece = body[start : start + step]
            await response.write(piece)
            await self.note(request.path, sent=len(piece))
            request[VISIT]["sent"] += len(piece)
            if rate:
                await asyncio.sleep(len(piece) / rate)


async def serve(port: int, host: str) -> None:
    """Run until killed, after saying where."""
    async with Site(port, host) as site:
        print(json.dumps({"address": site.url("")}), flush=True)
        await asyncio.Future[None]()
