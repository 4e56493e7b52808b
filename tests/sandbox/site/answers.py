"""What the site answers beside its files: pages, refusals, redirects, lists and services."""

import asyncio
import hashlib
import mimetypes
import re
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from tests.sandbox.site.pages import apart, listed, manifest

RETRY_AFTER = "7"
ODD_NAME = "فیلم آزمایشی"
PICTURES = (("photo", ".jpg"), ("photo", ".png"), ("clip", ".mp4"))
SPONSORED = ("sponsored01", "away")
TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mpd": "application/dash+xml",
    ".ts": "video/mp2t",
    ".vtt": "text/vtt",
}


class Answers:
    """Of a running site: where its files are, its pages, and how often each path was asked for."""

    port: int
    host: str
    files: Path
    pages: dict[str, str]
    asked: dict[str, int]
    grown: dict[int, int]
    changed: bool

    def url(self, path: str) -> str:
        """The full address of a path."""
        return f"http://{self.host}:{self.port}{path}"

    async def page(self, request: web.Request) -> web.Response:
        text = self.pages.get(request.path)
        if text is None:
            raise web.HTTPNotFound
        kind = "application/rss+xml" if request.path.endswith(".xml") else "text/html"
        return web.Response(text=text, content_type=kind)

    async def growing(self, request: web.Request) -> web.Response:
        """A feed with the newest entry first: the first two, and those that came since."""
        first = int(request.match_info["first"])
        text = listed(self.url(""), range(first + 1 + self.grown[first], first - 1, -1))
        return web.Response(text=text, content_type="application/rss+xml")

    async def grow(self, request: web.Request) -> web.Response:
        """Let such a feed have one entry more: its number."""
        first = int(request.match_info["first"])
        self.grown[first] += 1
        return web.Response(text=str(first + 1 + self.grown[first]))

    async def apart(self, request: web.Request) -> web.Response:
        """A page that names a film in two streams, and for how long it lasts."""
        seconds = request.query.get("seconds", "30")
        text = apart(self.url(request.path.replace(".html", ".mpd")), request.query_string, seconds)
        return web.Response(text=text, content_type="text/html")

    async def manifest(self, request: web.Request) -> web.Response:
        """Where its streams are, and how large, as YouTube says it."""
        folder = self.files / "apart" / request.match_info["name"]
        sizes = [(folder / name).stat().st_size for name in ("picture.mp4", "sound.m4a")]
        text = manifest(request.query_string, *sizes)
        return web.Response(text=text, content_type=TYPES[".mpd"])

    async def status(self, request: web.Request) -> web.Response:
        code = int(request.match_info["code"])
        headers = {"Retry-After": RETRY_AFTER} if code in (429, 503) else {}
        return web.Response(status=code, text=f"answer {code}", headers=headers)

    async def redirect(self, request: web.Request) -> web.Response:
        left, name = int(request.match_info["left"]), request.match_info["name"]
        host = request.query.get("host")
        there = f"http://{host}:{request.url.port}" if host else ""
        raise web.HTTPFound(f"/redirect/{left - 1}/{name}" if left > 1 else f"{there}/{name}")

    async def loop(self, request: web.Request) -> web.Response:
        raise web.HTTPFound("/loop")

    async def hang(self, request: web.Request) -> web.Response:
        return await asyncio.Future[web.Response]()

    async def paced(self, request: web.Request) -> web.Response:
        """A list of pieces that come at a rate, one of which (`changes`) is another one once the
        site has changed; with `fewer` the list lacks its last one then. Of a film in two streams
        the sound comes more slowly."""
        asked = request.query
        path = self.files / request.match_info["name"]
        text = re.sub(r'URI="(\w+\.m3u8)"', r'URI="/paced/hls/\1?rate=60000"', path.read_text())
        lines = re.sub(r'URI="([^/"]*)"', r'URI="/hls/\1"', text).splitlines()
        for place, line in enumerate(lines):
            if not line.startswith("#"):
                folder = "/changed/hls" if line == asked.get("changes") else "/hls"
                folder = f"/paced{folder}" if line.endswith(".m3u8") else folder
                lines[place] = f"{folder}/{line}?rate={asked['rate']}"
        if self.changed and asked.get("fewer"):
            del lines[-3:-1]
        return web.Response(text="\n".join(lines), content_type=TYPES[".m3u8"])

    async def paced_dash(self, request: web.Request) -> web.Response:
        """The same of a manifest, none of whose pieces change."""
        text = (self.files / "dash/fifteen.mpd").read_text()
        text = re.sub(r"fifteen-\$Number\$.m4s", rf"/dash/\g<0>?rate={request.query['rate']}", text)
        text = text.replace("fifteen-init.m4s", "/dash/fifteen-init.m4s")
        return web.Response(text=text, content_type=TYPES[".mpd"])

    async def live(self, request: web.Request) -> web.Response:
        """The segments of the muxed stream, over and over."""
        first = max(0, self.asked[request.path] - 3)
        lines = [f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:{first}"]
        for number in range(first, first + 3):
            lines.append(f"#EXT-X-DISCONTINUITY\n#EXTINF:2,\n/hls/muxed{number % 3}.ts")
        return web.Response(text="\n".join(lines), content_type=TYPES[".m3u8"])

    async def thread(self, request: web.Request) -> web.Response:
        """A thread of an imageboard (vichan's JSON), a picture in each of its posts."""
        if request.match_info["name"] != "7":
            raise web.HTTPNotFound
        posts = [
            {"no": n, "com": "Look", "filename": name, "tim": name, "ext": ext, "time": n}
            for n, (name, ext) in enumerate(PICTURES, 1)
        ]
        posts[0]["sub"] = "A thread of pictures"
        return web.json_response({"posts": posts})

    async def sponsors(self, request: web.Request) -> web.Response:
        """What a service knows of paid parts, asked by the start of an id's hash as SponsorBlock's:
        ten seconds of one film, nothing of others, and of one it cannot say."""
        starts = {hashlib.sha256(name.encode()).hexdigest()[:4]: name for name in SPONSORED}
        name = starts.get(request.match_info["start"])
        if name == "away":
            raise web.HTTPInternalServerError
        part = {"segment": [10, 20], "category": "sponsor", "actionType": "skip"}
        segments = [{**part, "videoDuration": 30, "description": ""}]
        return web.json_response([{"videoID": name, "segments": segments}] if name else [])

    async def turning(self, request: web.Request) -> web.Response:
        """A film that is over, in a form that only ffmpeg reads; to ffmpeg it is live, endless."""
        if "Icy-MetaData" in request.headers:
            return await self.live(request)
        text = (self.files / "hls/muxed.m3u8").read_text().replace("muxed", "hls/muxed")
        key = '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="/hls/aes.key"\n#EXTINF'
        return web.Response(text=text.replace("#EXTINF", key, 1), content_type=TYPES[".m3u8"])


def headers_of(path: Path, bend: str) -> dict[str, str]:
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    headers = {"Content-Type": kind or "application/octet-stream"}
    if bend == "odd":
        name = quote(ODD_NAME + path.suffix)
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return headers


def span_of(request: web.Request, length: int) -> "tuple[int, int | None]":
    """The first byte wanted, and the one behind the last where that is said."""
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
    if not match:
        return 0, None
    return min(int(match[1]), length - 1), int(match[2]) + 1 if match[2] else None
