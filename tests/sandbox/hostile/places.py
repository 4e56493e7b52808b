"""Places inside as attackers write them, and the pages and names that cases are made of."""

from tests.sandbox.range import PUBLIC, Page

SITE = "http://site.test"
HLS, DASH = "application/vnd.apple.mpegurl", "application/dash+xml"
JSON = "application/json"
#: Places inside, as the pages of an attacker write them.
INSIDE = {
    "loopback": "http://127.0.0.1:CANARY",
    "port80": "http://127.0.0.1",
    "lan": "http://10.0.0.5",
    "cloud": "http://169.254.169.254",
    "six": "http://[::1]:CANARY",
    "name": "http://inside.test:CANARY",
}
FEW = ("loopback", "cloud", "name")
#: The forms of one address. Each is tried as a link.
FORMS = """
127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 0x7f.1 017700000001 0177.0.0.1 0177.1
127.0.0.1. 127.127.127.127 0 0.0.0.0 00.0 localhost LOCALHOST localhost. a.localhost
[::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:0:0:1] [0:0:0:0:0:ffff:127.0.0.1]
[::127.0.0.1] [64:ff9b::7f00:1] [2002:7f00:1::] [fe80::1] [fd00::5] [fec0::1] [ff02::1] [::a00:5]
10.0.0.5 0xa000005 012.0.0.5 167772165 192.168.1.1 3232235777 172.16.0.1 169.254.169.254 2852039166
0xa9fea9fe 0251.0376.0251.0376 100.64.0.1 192.0.0.8 198.18.0.1 224.0.0.1 255.255.255.255
me@127.0.0.1 me:pw@127.0.0.1 site.test@127.0.0.1 site.test:80@127.0.0.1 ①②⑦.⓪.⓪.① 127。0。0。1
"""
NAMES: dict[str, tuple[tuple[str, ...], ...]] = {
    "inside.test": (("127.0.0.1",),),
    "lan.test": (("10.0.0.5",),),
    "cloud.test": (("169.254.169.254",),),
    "six.test": (("::1",),),
    "mapped.test": (("::ffff:127.0.0.1",),),
    "ula.test": (("fd00::5",),),
    "link.test": (("fe80::1%eth0",),),
    "nat64.test": (("64:ff9b::7f00:1",),),
    "filtered.test": (("10.10.34.36",),),
    "filtered6.test": (("2001:4188:2:600:10:10:34:36",),),
    "zero.test": (("0.0.0.0",),),
    "zero6.test": (("::",),),
    "shared.test": (("100.64.0.1",),),
    "bench.test": (("198.18.0.1",),),
    "group.test": (("239.1.1.1",),),
    "sitelocal.test": (("fec0::5",),),
    "teredo.test": (("2001:0:4136:e378:8000:63bf:3fff:fdd2",),),
    "6to4.test": (("2002:7f00:1::",),),
    "nat64local.test": (("64:ff9b:1::7f00:1",),),
    "compatible.test": (("::127.0.0.1",),),
    "translated.test": (("::ffff:0:127.0.0.1",),),
    "mappedmixed.test": ((PUBLIC, "::ffff:10.0.0.5"),),
    "rebindsix.test": ((PUBLIC,), ("::1",)),
    "mixed.test": ((PUBLIC, "127.0.0.1"),),
    "mixed6.test": (("::1", PUBLIC),),
    "rebind.test": ((PUBLIC,), ("127.0.0.1",)),
    "rebind3.test": ((PUBLIC,), (PUBLIC,), ("169.254.169.254",)),
    "rebindmixed.test": ((PUBLIC,), (PUBLIC, "10.0.0.5")),
}
SCHEMES = (
    *("file:///etc/passwd", "file://127.0.0.1/etc/passwd", "FILE:///etc/passwd"),
    *(
        "ftp://127.0.0.1:CANARY/a.mp4",
        "rtmp://127.0.0.1:CANARY/live/a",
        "rtsp://127.0.0.1:CANARY/a",
    ),
    *("gopher://127.0.0.1:CANARY/_x", "data:text/html,<video src=x>", "mms://127.0.0.1:CANARY/a"),
    *("tcp://127.0.0.1:CANARY", "udp://127.0.0.1:CANARY", "ws://127.0.0.1:CANARY/a"),
    *("concat:/etc/passwd", "subfile:/etc/passwd", "unix:/run/x.sock", "javascript:alert(1)"),
)
#: Places of redirects that two readers of addresses may read in two ways.
TRICKS = (
    *("//127.0.0.1:CANARY/a.mp4", "/\\127.0.0.1:CANARY/a.mp4", "\\\\127.0.0.1:CANARY\\a.mp4"),
    *("http:127.0.0.1:CANARY/a.mp4", "http:///127.0.0.1:CANARY/a.mp4", "HTTP://127.1:CANARY/a.mp4"),
    *("http://site.test@127.0.0.1:CANARY/a.mp4", "http://site.test:80@127.0.0.1:CANARY/a.mp4"),
    *("http://127.0.0.1:CANARY\\@site.test/x.mp4", "http://127.0.0.1:CANARY#@site.test/x.mp4"),
    *("http://127.0.0.1:CANARY?@site.test/x.mp4", "http://site.test\\@127.0.0.1:CANARY/a.mp4"),
    *("http://127.0.0.1%2f@site.test:CANARY/x.mp4", "http://127.0.0.1%00.site.test:CANARY/x.mp4"),
    *(
        "http://127.0.0.1\t:CANARY/a.mp4",
        " http://127.0.0.1:CANARY/a.mp4",
        "http://%31%32%37.1/a.mp4",
    ),
    *("http://[::ffff:127.0.0.1]:CANARY/a.mp4", "http://[::1%25lo]:CANARY/a.mp4", "http://[::1"),
    *("http://127.0.0.1:CANARY/ HTTP/1.1%0d%0aHost: x", "http://site.test:0CANARY/x.mp4"),
    *(
        "http://site.test:CANARY:80/x.mp4",
        "http://localhost.:CANARY/a.mp4",
        "http://0:CANARY/a.mp4",
    ),
    "view-source:http://127.0.0.1:CANARY/a.mp4",
)
CASES: dict[str, str] = {}
PAGES: dict[str, Page] = {}
#: Links that are for gallery-dl.
BOARDS: dict[str, str] = {}


def case(name: str, page: Page, path: str = "") -> None:
    """A page of its own, and the link to it."""
    path = path or f"/{name}"
    PAGES[path] = page
    CASES[name] = SITE + path


def text(body: str, kind: str = "text/html") -> Page:
    return Page(body.encode(), kind)


def to(place: str, status: str = "302 Found", **headers: str) -> Page:
    return Page(status=status, headers=(("Location", place),))
