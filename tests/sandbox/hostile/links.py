"""Links that lead inside by themselves, by a redirect, or by what is smuggled in them."""

from base64 import b64encode
from urllib.parse import quote

from tests.sandbox.hostile.places import (
    CASES,
    FORMS,
    INSIDE,
    NAMES,
    PAGES,
    SCHEMES,
    SITE,
    TRICKS,
    case,
    text,
    to,
)
from tests.sandbox.range import Page


def literals() -> None:
    for form in FORMS.split():
        CASES[f"form {form}"] = f"http://{form}:CANARY/a.mp4"
    for form in ("127.0.0.1", "[::1]", "10.0.0.5", "169.254.169.254", "0x7f.1"):
        CASES[f"plain {form}"] = f"http://{form}/a.mp4"
        CASES[f"tls {form}"] = f"https://{form}/a.mp4"
    for name in NAMES:
        CASES[f"name {name}"] = f"http://{name}/again"
        CASES[f"tls name {name}"] = f"https://{name}/again"
    for scheme in SCHEMES:
        CASES[f"scheme {scheme}"] = scheme
    for port in (21, 22, 25, 3306, 6379, 8080):
        CASES[f"port {port}"] = f"http://site.test:{port}/a.mp4"


def redirects() -> None:
    for status in ("301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"):
        case(f"redirect-{status[:3]}", to(f"{INSIDE['loopback']}/a.mp4", status))
    for name, place in INSIDE.items():
        case(f"redirect-{name}", to(f"{place}/a.mp4"))
        case(f"chain-{name}", to(f"{SITE}/redirect-{name}"))
    for number, scheme in enumerate(SCHEMES):
        case(f"redirect-scheme-{number}", to(scheme))
    for number, place in enumerate(TRICKS):
        case(f"trick-{number}", to(place))
    film = f"{INSIDE['loopback']}/a.mp4"
    case("refresh-header", Page(b"<html>", headers=(("Refresh", f"0; url={film}"),)))
    case("use-proxy", to("http://127.0.0.1:CANARY", "305 Use Proxy"))
    case("many-ways", to(film, "300 Multiple Choices"))
    case("moved-inside", Page(b"", headers=(("Content-Location", film), ("Location", film))))
    alternative = 'h2="127.0.0.1:CANARY"; ma=99, h3=":CANARY"; ma=99'
    case(
        "alternative",
        Page(b"<html><video src='/a.mp4'></video></html>", headers=(("Alt-Svc", alternative),)),
    )
    link = f"<{film}>; rel=preload, <{film}>; rel=canonical"
    case("link-header", Page(b"<html>", headers=(("Link", link),)))
    PAGES["/again"] = to("/again2")
    PAGES["/again2"] = to("/again3")
    PAGES["/again3"] = text("<video src='/again4.mp4'>")


def smuggled() -> None:
    """What yt-dlp lets a link carry for its own use: headers, and with them once a proxy."""
    for name, words in {
        "proxy": '{"http_headers": {"Ytdl-request-proxy": "http://127.0.0.1:CANARY"}}',
        "referer": '{"referer": "http://127.0.0.1:CANARY/", "to_generic": true}',
        "force": '{"force_videoid": "x", "proxy": "http://127.0.0.1:CANARY"}',
    }.items():
        CASES[f"smuggled {name}"] = f"{SITE}/a.mp4#__youtubedl_smuggle={quote(words)}"
    encoded = b64encode(b"http://127.0.0.1:CANARY").decode()
    CASES["smuggled base64"] = f"{SITE}/a.mp4?proxy={encoded}#proxy=http://127.0.0.1:CANARY"
