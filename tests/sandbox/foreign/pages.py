"""What is at the site's addresses, beside its files."""

from typing import TYPE_CHECKING

from tests.sandbox.foreign.films import films
from tests.sandbox.foreign.replies import HLS, LOGIN, WORDS, html, listing, moved, refused
from tests.sandbox.foreign.server import Reply

if TYPE_CHECKING:
    from tests.sandbox.foreign.server import Foreign


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


def pages(foreign: "Foreign") -> dict[str, Reply]:
    base = foreign.url("")
    found = {**statuses(), **walls(), **frames(base), **pictures(base), **films(base)}
    photo = (foreign.folder / "one.jpg").read_bytes()
    found |= {f"/lots/{n}.jpg": Reply(photo + bytes(n + 1), "image/jpeg") for n in range(30)}
    return found
