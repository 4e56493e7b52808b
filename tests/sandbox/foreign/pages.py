"""What is at the site's addresses, beside its files."""

from typing import TYPE_CHECKING

from tests.sandbox.foreign.server import Reply

if TYPE_CHECKING:
    from tests.sandbox.foreign.server import Foreign

JSON = "application/json"
HLS = "application/vnd.apple.mpegurl"
WORDS = "<p>" + "Some words that people write. " * 20 + "</p>"
LOGIN = "<form action=/login method=post><input name=user><input type=password name=p></form>"
MASTER = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=800000,CODECS="mp4a.40.2"\n/tone.m3u8\n'
MPD = """<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"
 mediaPresentationDuration="PT2S"><Period><AdaptationSet mimeType="video/mp4">
<Representation id="v" codecs="avc1.42c01e" bandwidth="500000" width="320" height="180">
<BaseURL>{}</BaseURL></Representation></AdaptationSet></Period></MPD>"""


def html(body: str = "", head: str = "", title: str = "A page") -> Reply:
    text = (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    )
    return Reply(text.encode())


def listing(*segments: str, tags: str = "", end: str = "#EXT-X-ENDLIST\n") -> Reply:
    rows = "".join(f"#EXTINF:1.0,\n{one}\n" for one in segments)
    text = f"#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:1\n{tags}{rows}{end}"
    return Reply(text.encode(), HLS)


def refused(status: int, body: str = "", *headers: tuple[str, str]) -> Reply:
    return Reply(
        f"<html><title>{status}</title>{body}</html>".encode(), status=status, headers=headers
    )


def moved(to: str, status: int = 302) -> Reply:
    return Reply(status=status, headers=(("Location", to),))


def statuses() -> dict[str, Reply]:
    """The same refusal for a page, a file, a segment, a manifest in a page."""
    found: dict[str, Reply] = {}
    for code in (400, 401, 402, 403, 404, 406, 407, 410, 418, 429, 451, 500, 502, 503, 504, 520):
        after = (("Retry-After", "7"),) if code in (429, 503) else ()
        found[f"/{code}/page.html"] = refused(code, "", *after)
        found[f"/{code}/film.mp4"] = Reply(b"no", "text/plain", code, after)
        found[f"/{code}/seg.ts"] = Reply(b"no", "text/plain", code, after)
        found[f"/{code}/seg.m3u8"] = listing("/seg0.ts", f"/{code}/seg.ts")
        found[f"/{code}/master.html"] = html(
            f'<video><source src="/{code}/list.m3u8" type="{HLS}"></video>'
        )
        found[f"/{code}/list.m3u8"] = Reply(b"no", "text/plain", code, after)
        found[f"/{code}/video.html"] = html(f'<video src="/{code}/film.mp4"></video>')
    return found


def walls() -> dict[str, Reply]:
    """Pages that keep people out with words and a 200."""
    return {
        "/wall/login.html": html(f"<h1>Please sign in</h1>{LOGIN}", title="Sign in"),
        "/wall/login_fa.html": html(f"<h1>ورود به حساب</h1>{LOGIN}", title="ورود"),
        "/wall/register.html": html(
            "<h1>Members only</h1><p>You must log in to view this.</p><a href=/login>Log in</a>"
        ),
        "/wall/redirect.html": moved("/login?next=/wall/redirect.html"),
        "/login": html(LOGIN, title="Log in"),
        "/wall/corner.html": html(f"<header>{LOGIN}</header><h1>News</h1>{WORDS * 10}"),
        "/wall/pay.html": html(
            "<h1>Subscribe to continue</h1><p>This content is for subscribers "
            "only.</p><button>Subscribe</button>"
        ),
        "/wall/age.html": html(
            "<h1>Age verification</h1><p>Are you over 18?</p><form><button>Yes</button></form>"
        ),
        "/wall/cookies.html": html(
            "<h1>Before you continue</h1><p>We use cookies. Accept all "
            "cookies to continue.</p><button>Accept all</button>"
        ),
        "/wall/robot.html": html(
            "<h1>Checking your browser before accessing</h1>"
            "<noscript>Enable JavaScript and cookies to continue</noscript>"
            "<script src=/cdn-cgi/challenge-platform/x.js></script>",
            title="Just a moment...",
        ),
        "/wall/captcha.html": html(
            '<form><div class="g-recaptcha" data-sitekey=x></div></form>', title="Are you human?"
        ),
        "/wall/script.html": html(
            '<div id="root"></div><script src="/app.js"></script>'
            "<noscript>You need to enable JavaScript to run this app."
            "</noscript>",
            title="App",
        ),
        "/wall/geo.html": html(
            "<h1>Not available</h1><p>This content is not available in your country.</p>"
        ),
        "/wall/soft404.html": html("<h1>404</h1><p>Page not found</p>", title="404 Not Found"),
        "/wall/words.html": html(WORDS),
        "/wall/empty.html": Reply(b""),
        "/wall/blank.html": html(),
        "/wall/nothing": Reply(b"", ""),
    }


def frames(base: str) -> dict[str, Reply]:
    player = '<video src="/film.mp4" controls></video>'
    return {
        "/frame/one.html": html('<iframe src="/frame/player.html"></iframe>', title="Framed"),
        "/frame/player.html": html(player, title="Player"),
        "/frame/relative.html": html("<iframe src='player.html' width=640></iframe>"),
        "/frame/lazy.html": html(
            '<iframe data-src="/frame/player.html" src="about:blank"></iframe>'
        ),
        "/frame/escaped.html": html('<iframe src="/frame/player.html?a=1&amp;b=2"></iframe>'),
        "/frame/ads.html": html(
            '<iframe src="/ads/1.html"></iframe><iframe src="/ads/2.html">'
            '</iframe><iframe src="/frame/player.html"></iframe>'
        ),
        "/ads/1.html": html("<p>Buy</p>"),
        "/ads/2.html": refused(404),
        "/frame/hls.html": html('<iframe src="/frame/stream.html"></iframe>'),
        "/frame/stream.html": html(f'<video><source src="/seg.m3u8" type="{HLS}"></video>'),
        "/frame/file.html": html('<iframe src="/film.mp4"></iframe>'),
        "/frame/deep.html": html('<iframe src="/frame/one.html"></iframe>'),
        "/frame/private.html": html('<iframe src="http://10.0.0.5/player.html"></iframe>'),
        "/frame/scheme.html": html(
            '<iframe src="file:///etc/passwd"></iframe><iframe src="javascript:void(0)"></iframe>'
        ),
        "/frame/self.html": html('<iframe src="/frame/self.html"></iframe>'),
        "/frame/many.html": html(
            "".join(f'<iframe src="/frame/no{n}.html"></iframe>' for n in range(50))
        ),
        "/frame/embed.html": html('<embed src="/film.mp4" type="video/mp4">'),
        "/frame/object.html": html('<object data="/frame/player.html"></object>'),
        "/frame/two.html": html(
            '<iframe src="/frame/player.html"></iframe><iframe src="/frame/other.html"></iframe>'
        ),
        "/frame/other.html": html('<video src="/film.webm"></video>'),
        "/frame/words.html": html('<iframe src="/wall/words.html"></iframe>'),
        "/frame/login.html": html('<iframe src="/wall/login.html"></iframe>'),
        "/frame/pictures.html": html(
            '<iframe src="/ads/1.html"></iframe><img src="/one.jpg"><img src="/two.jpg">'
        ),
        "/frame/old.html": Reply(
            b'<html><frameset cols="*"><frame src="/frame/player.html"></frameset></html>'
        ),
    }


def pictures(base: str) -> dict[str, Reply]:
    three = '<img src="/one.jpg"><img src="/two.jpg"><img src="/three.png">'
    return {
        "/pics/three.html": html(f"<h1>Holiday</h1>{three}", title="Holiday"),
        "/pics/banner.html": html(f"<p>We use cookies. Accept all cookies</p>{three}"),
        "/wall/share.html": html(
            "<p>Members only</p>", f'<meta property="og:image" content="{base}/one.jpg">'
        ),
        "/pics/og.html": html(WORDS, f'<meta property="og:image" content="{base}/one.jpg">'),
        "/pics/ogsame.html": html(
            '<img src="/one.jpg">', f'<meta property="og:image" content="{base}/one.jpg">'
        ),
        "/pics/srcset.html": html('<img src="/small.jpg" srcset="/small.jpg 160w, /one.jpg 640w">'),
        "/pics/density.html": html('<img src="/small.jpg" srcset="/small.jpg, /one.jpg 2x">'),
        "/pics/picture.html": html(
            '<picture><source srcset="/four.webp" type="image/webp"><img src="/one.jpg"></picture>'
        ),
        "/pics/lazy.html": html(
            '<img class="lazy" src="data:image/gif;base64,R0lGODlhAQABAA==" data-src="/one.jpg">'
        ),
        "/pics/icons.html": html(
            '<img src="/icon.png" width=32 height=32><img src="/logo.png">'
            '<img src="/pixel.gif" width=1 height=1><img src="/drawing.svg">'
            '<img src="/one.jpg">'
        ),
        "/pics/tiny.html": html('<img src="/icon.png"><img src="/pixel.gif">'),
        "/pics/many.html": html("".join(f'<img src="/lots/{n}.jpg">' for n in range(30))),
        "/pics/linked.html": html('<a href="/one.jpg"><img src="/small.jpg"></a>'),
        "/pics/webp.html": html('<img src="/four.webp"><img src="/five.avif">'),
        "/pics/missing.html": html('<img src="/gone.jpg"><img src="/one.jpg">'),
        "/pics/allgone.html": html('<img src="/gone.jpg"><img src="/gone2.jpg">'),
        "/pics/words.html": html(f'<img src="/one.jpg" width="600">{WORDS * 20}'),
        "/pics/private.html": html('<img src="http://10.0.0.5/x.jpg"><img src="/one.jpg">'),
        "/pics/liar.html": html('<img src="/pics/liar.jpg"><img src="/one.jpg">'),
        "/pics/liar.jpg": html("no picture"),
        "/pics/sprite.html": html('<img src="/sprite-icons.png"><img src="/one.jpg">'),
        "/pics/moving.html": html('<img src="/moving.gif" width="500">'),
        "/logo.png": Reply(b"", "image/png", 404),
        "/pics/base.html": html('<img src="one.jpg">', f'<base href="{base}/">'),
    }


def films(base: str) -> dict[str, Reply]:
    film = '<video src="/film.mp4"></video>'

    def file(name: str, kind: str, *headers: tuple[str, str]) -> Reply:
        from tests.sandbox.foreign import files

        return Reply((files.folder() / name).read_bytes(), kind, headers=headers)

    return {
        "/film/refresh.html": html(
            head='<meta http-equiv="refresh" content="0; url=/film/v.html">'
        ),
        "/film/v.html": html(film),
        "/film/deaf.html": html('<video src="/deaf/film.mp4"></video>'),
        "/film/deafstream.html": html(f'<video><source src="/deaf/seg.m3u8" type="{HLS}"></video>'),
        "/film/deafrefresh.html": html(
            head='<meta http-equiv="refresh" content="0; url=/deaf/film/deaf.html">'
        ),
        "/film/deaf.m3u8": listing("/deaf/seg0.ts", "/deaf/seg1.ts"),
        "/film/charset.html": Reply("<title>مرحبا</title>".encode("cp1256") + film.encode(),
                                    "text/html; charset=windows-1256"),
        "/film/badcharset.html": Reply(f"<title>x</title>{film}".encode(),
                                       "text/html; charset=x-no"),
        "/film/utf16.html": Reply(f"<title>x</title>{film}".encode("utf-16"),
                                  "text/html; charset=utf-16"),
        "/film/notype": Reply(f"<html>{film}</html>".encode(), ""),
        "/film/plaintype": Reply(f"<!doctype html><html>{film}</html>".encode(), "text/plain"),
        "/film/octet": file("film.mp4", "application/octet-stream"),
        "/film/astext.mp4": file("film.mp4", "text/plain"),
        "/film/ashtml.mp4": file("film.mp4", "text/html"),
        "/film/notyped.mp4": file("film.mp4", ""),
        "/film/named.jpg": file("film.mp4", "video/mp4"),
        "/film/get.php": file("film.mp4", "video/mp4"),
        "/film/asphoto.mp4": file("one.jpg", "image/jpeg"),
        "/film/photo": file("one.jpg", "image/jpeg"),
        "/film/attached": file("film.mp4", "application/force-download",
                               ("Content-Disposition", 'attachment; filename="my film.mp4"')),
        "/film/list.html": html('<a href="film.mp4">film.mp4</a><a href="../">Parent</a>',
                                title="Index of /film"),
        "/film/tv.html": html(f'{film}<video src="/film.webm"></video>'),
        "/film/late.html": html('<video src="/film/late.mp4"></video>'),
        "/film/late.mp4": refused(403),
        "/film/expired.html": html('<video src="/film/token1.mp4"></video>',
                                   title="Expired"),
        "/film/anew.html": Reply(b'<html><video src="/film/token1.mp4"></video></html>',
                                 then=Reply(b'<html><video src="/film.mp4"></video></html>')),
        "/film/token1.mp4": refused(403),
        "/film/emptyfile.mp4": Reply(b"", "video/mp4"),
        "/film/emptyvideo.html": html('<video src="/film/emptyfile.mp4"></video>'),
        "/film/nocontent.mp4": Reply(b"", "video/mp4", 204),
        "/film/nocontent.html": Reply(b"", status=204),
        "/film/loop.mp4": moved("/film/loop.mp4"),
        "/film/ping.mp4": moved("/film/pong.mp4"),
        "/film/pong.mp4": moved("/film/ping.mp4"),
        "/film/away.mp4": moved("http://10.0.0.5/x.mp4"),
        "/film/intofile.mp4": moved("file:///etc/passwd"),
        "/film/nowhere.mp4": Reply(status=302),
        "/film/permanent.mp4": moved("/film.mp4", 308),
        "/film/error.mp4": Reply(b'{"error": "gone"}', JSON),
        "/film/htmlinstead.mp4": html("<h1>Please wait</h1>"),
        "/film/loginstead.mp4": moved("/login"),
        "/film/bigzip.zip": file("archive.zip", "application/zip"),
        "/film/subs.html": html('<video src="/film.mp4"><track kind=subtitles srclang=fa '
                                'src="/film/gone.vtt"></video>'),
        "/film/poster.html": html('<video src="/film.mp4" poster="/gone.jpg"></video>'),
        "/film/data.json": Reply(b'{"video": "/film.mp4"}', JSON),
        "/film/feed.json": Reply(f'{{"version":"https://jsonfeed.org/version/1.1","title":"f",'
                                 f'"items":[{{"url":"{base}/film.mp4"}}]}}'.encode(), JSON),
        "/film/atom.xml": Reply(f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">'
                                f'<title>A</title><entry><title>one</title>'
                                f'<link href="{base}/film.mp4"/></entry></feed>'.encode(),
                                "application/atom+xml"),
        "/film/rss.xml": Reply(f'<?xml version="1.0"?><rss version="2.0"><channel><title>R</title>'
                               f'<item><title>one</title><link>{base}/film.mp4</link></item>'
                               f'<item><title>two</title><link>{base}/film.webm</link></item>'
                               f'</channel></rss>'.encode(), "application/rss+xml"),
        "/film/norss.xml": Reply(b'<?xml version="1.0"?><rss version="2.0"><channel>'
                                 b"<title>R</title></channel></rss>", "application/rss+xml"),
        "/film/list.m3u": Reply(f"#EXTM3U\n#EXTINF:2,A\n{base}/song.ogg\n".encode(),
                                "audio/x-mpegurl"),
        "/film/emptym.m3u8": Reply(b"#EXTM3U\n", HLS),
        "/film/nolist.m3u8": Reply(b"", HLS),
        "/film/htmllist.m3u8": html("no list"),
        "/film/badkey.m3u8": listing(
            "/seg0.ts", tags='#EXT-X-KEY:METHOD=AES-128,URI="/gone.key"\n'
        ),
        "/film/drm.m3u8": listing("/seg0.ts", tags='#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x",'
                                  'KEYFORMAT="com.apple.streamingkeydelivery"\n'),
        "/film/emptyseg.m3u8": listing("/seg0.ts", "/film/void.ts"),
        "/film/void.ts": Reply(b"", "video/mp2t"),
        "/film/allgone.m3u8": listing("/x0.ts", "/x1.ts"),
        "/film/audio.m3u8": Reply(MASTER.encode(), HLS),
        "/film/live.m3u8": listing("/seg0.ts", "/seg1.ts", end=""),
        "/film/dash.mpd": Reply(MPD.format("/film.mp4").encode(), "application/dash+xml"),
        "/film/dashgone.mpd": Reply(MPD.format("/gone.mp4").encode(), "application/dash+xml"),
        "/film/nodash.mpd": Reply(b"<MPD>", "application/dash+xml"),
    }  # fmt: skip


def pages(foreign: "Foreign") -> dict[str, Reply]:
    base = foreign.url("")
    found = {**statuses(), **walls(), **frames(base), **pictures(base), **films(base)}
    photo = (foreign.folder / "one.jpg").read_bytes()
    found |= {f"/lots/{n}.jpg": Reply(photo + bytes(n + 1), "image/jpeg") for n in range(30)}
    return found
