"""A YouTube of our own on loopback: its pages, its API, and media that are refused without a token.

    async with Tube(folder) as tube:
        engine = Engine(run, routes=tube.routes, pinned=tube.version)

`folder` gets a certificate authority, a certificate for the hosts, what makes the nursery believe
it, and a script that makes tokens in the place of the provider's, by asking the site through the
proxy that it is given: a short one, or with `modules`, a folder of npm's, one that has the site's
challenge run by the libraries that the provider uses (`tube_mint.ts`). The site has one token for
each visitor, and gives the media only to who shows it.
"""

import json
import shutil
import ssl
import subprocess
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from procs.engine.egress.dial import Routes, connect
from procs.engine.releases import token_plugin
from procs.engine.releases.versions import Version, installed

#: The hosts, all of which are one server; a public address for each of them.
SITE, MEDIA = "www.youtube.com", "rr1---sn-test.googlevideo.com"
PUBLIC = "142.250.74.46"
VIDEO, VISITOR = "chapar-test", "CgtWaXNpdG9yRGF0YSiAgICA"
#: An authority, and the certificate of the hosts: what runs the script takes no certificate that is
#: both (openssl-req(1)).
KEY = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
CERTIFY = (
    f"{KEY} -subj /CN=authority -keyout authority.key -out authority.pem",
    f"{KEY} -subj /CN=tube -CA authority.pem -CAkey authority.key"
    f" -addext basicConstraints=critical,CA:FALSE -addext subjectAltName=DNS:{SITE},DNS:{MEDIA}"
    " -keyout key.pem -out site.pem",
)
#: What Python runs at its start in the nursery: the certificates of the test are the world's, and
#: the place of the script is within the folder.
STARTUP = """
import certifi
certifi.where = lambda: {certificates!r}
import procs.engine.releases.token_plugin as plugin
plugin.PLACES = (plugin.Path({server!r}),)
"""
#: The script in its documented form: `--version`, or `-p PROXY -c CONTENT --innertube-context …`,
#: the answer as JSON in the last line.
SCRIPT = """
const words = Deno.args;
const after = (word) => words[words.indexOf(word) + 1];
if (words.includes("--version")) {
  console.log(VERSION);
} else {
  const client = Deno.createHttpClient({ proxy: { url: after("-p") }, caCerts: [CERTIFICATE] });
  const asked = new URL("https://www.youtube.com/test/token");
  asked.searchParams.set("content", after("-c"));
  const answer = await fetch(asked, { client });
  console.log("a word before the answer");
  console.log(JSON.stringify({ poToken: await answer.text() }));
}
"""
LIBRARY_SCRIPT = Path(__file__).with_name("tube_mint.ts")
#: The site's challenge: it hands out, for the site's word, what makes a token of a content.
CHALLENGE = """
globalThis.challenge = { a(program, ready) {
  const answer = `${program} by ${document.body.tagName}`;
  const minter = async (word) => async (content) => new Uint8Array([...word, ...content]);
  ready(async (done, words) => { words[2].push(minter); done(answer); });
  return [() => answer];
} };
"""
ANSWER = ["key", "program by BODY"]
#: The site's word, a part of all its tokens, and another one.
WORD, OTHER = b"the word of the site ", b"another site's word "


@dataclass
class Tube:
    """The site while it is there, with one film: for what tokens were asked of it, and which it was
    shown. Unless it is `fair`, the tokens that it gives are somebody else's."""

    folder: Path
    film: Path
    asked: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    fair: bool = True
    modules: Path | None = None

    async def __aenter__(self) -> Self:
        self.make_files()
        app = web.Application()
        app.router.add_get("/watch", self.watch)
        app.router.add_get("/test/token", self.token)
        app.router.add_post("/api/jnn/v1/Create", self.challenge)
        app.router.add_post("/api/jnn/v1/GenerateIT", self.word)
        app.router.add_get("/s/player/{path:.+}", self.player)
        app.router.add_get("/videoplayback", self.media)
        app.router.add_post("/youtubei/v1/player", self.answer)
        app.router.add_post("/youtubei/v1/next", self.next)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(self.folder / "site.pem", self.folder / "key.pem")
        await web.TCPSite(self.runner, "127.0.0.1", 0, ssl_context=tls).start()
        self.port = self.runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.runner.cleanup()

    @property
    def routes(self) -> Routes:
        """The way to the site and to nothing else, by its names."""
        return Routes(resolve=self.resolve, connect=self.connect)

    @property
    def version(self) -> Version:
        """Our yt-dlp, with the folder's files before all others."""
        return Version(installed().name, self.folder / "startup")

    async def resolve(self, host: str) -> list[str]:
        return [PUBLIC] if host in (SITE, MEDIA) else []

    async def connect(self, address: str, port: int) -> Any:
        if (address, port) != (PUBLIC, 443):
            raise ConnectionRefusedError(111, "Connection refused")
        return await connect("127.0.0.1", self.port)

    @property
    def script(self) -> Path:
        """The file that makes tokens."""
        return self.folder / "startup/pot/server/src/generate_once.ts"

    def make_files(self) -> None:
        """Certificates, the script in its place, and what the nursery starts with."""
        startup = self.folder / "startup"
        server = startup / "pot/server"
        (server / "src").mkdir(parents=True)
        if self.modules:
            shutil.copytree(self.modules, server / "node_modules", symlinks=True)
        else:
            (server / "node_modules").mkdir()
        for words in CERTIFY:
            made = ["openssl", *words.split()]
            subprocess.run(made, cwd=self.folder, check=True, capture_output=True)
        certificate = (self.folder / "authority.pem").read_text()
        (startup / "world.pem").write_text(certificate)
        facts = {"certificates": str(startup / "world.pem"), "server": str(server)}
        (startup / "sitecustomize.py").write_text(STARTUP.format(**facts))
        version = token_plugin.installed(token_plugin.PLUGINS[0])
        (server / "package.json").write_text(json.dumps({"version": version}))
        script = LIBRARY_SCRIPT.read_text() if self.modules else SCRIPT
        script = script.replace("CERTIFICATE", json.dumps(certificate))
        script = script.replace("VERSION", json.dumps(version))
        self.script.write_text(script)

    def right(self, content: str) -> str:
        """The token for a content, a visitor's for media."""
        return urlsafe_b64encode(WORD + content.encode()).decode()

    async def token(self, request: web.Request) -> web.Response:
        content = request.query["content"]
        self.asked.append(content)
        return web.Response(text=self.right(content if self.fair else "somebody"))

    async def challenge(self, request: web.Request) -> web.Response:
        return web.json_response([["id", [CHALLENGE], None, "hash", "program", "challenge"]])

    async def word(self, request: web.Request) -> web.Response:
        """The word that tokens are made of, for the challenge's right answer."""
        told = json.loads(await request.text())
        self.asked.append(str(told))
        word = WORD if told == ANSWER else OTHER
        return web.json_response([b64encode(word).decode(), 43_200])

    async def media(self, request: web.Request) -> web.StreamResponse:
        shown = request.query.get("pot", "")
        self.shown.append(shown)
        if shown != self.right(VISITOR):
            return web.Response(status=403)
        return web.FileResponse(self.film)

    async def player(self, request: web.Request) -> web.Response:
        return web.Response(
            text="var a={signatureTimestamp:20000};", content_type="text/javascript"
        )

    async def next(self, request: web.Request) -> web.Response:
        return web.json_response({"contents": {}})

    async def answer(self, request: web.Request) -> web.Response:
        return web.json_response(self.facts())

    async def watch(self, request: web.Request) -> web.Response:
        client = {"clientName": "WEB", "clientVersion": "2.1", "visitorData": VISITOR}
        settings = {
            "INNERTUBE_API_KEY": "key",
            "INNERTUBE_CONTEXT": {"client": client},
            "INNERTUBE_CONTEXT_CLIENT_NAME": 1,
            "VISITOR_DATA": VISITOR,
            "PLAYER_JS_URL": "/s/player/0123abcd/player_ias.vflset/en_US/base.js",
        }
        parts = (
            f"<script>ytcfg.set({json.dumps(settings)});</script>"
            '<script>var ytInitialData = {"contents": {"a": 1}};</script>'
            f"<script>var ytInitialPlayerResponse = {json.dumps(self.facts())};</script>"
        )
        text = f"<!doctype html><html><head><title>Film</title></head><body>{parts}</body></html>"
        return web.Response(text=text, content_type="text/html")

    def facts(self) -> dict[str, Any]:
        """What the API says of the film: one form with picture and sound, by an address."""
        form = {
            "itag": 22,
            "url": f"https://{MEDIA}/videoplayback?expire=9999999999&itag=22",
            "mimeType": 'video/mp4; codecs="avc1.42c01e, mp4a.40.2"',
            "bitrate": 900_000,
            "width": 640,
            "height": 360,
            "quality": "medium",
            "qualityLabel": "360p",
            "contentLength": str(self.film.stat().st_size),
            "approxDurationMs": "6000",
        }
        details = {"videoId": VIDEO, "title": "A film behind a token", "lengthSeconds": "6"}
        return {
            "responseContext": {"visitorData": VISITOR},
            "playabilityStatus": {"status": "OK"},
            "videoDetails": {**details, "author": "Somebody", "isLiveContent": False},
            "streamingData": {"expiresInSeconds": "21540", "formats": [form]},
        }
