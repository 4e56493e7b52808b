"""Links that try to get inside: CASES by name, with the PAGES and NAMES that they need.

CANARY stands for the port of a canary on loopback. Most cases come once for each place inside.
"""

import json
from base64 import b64encode
from urllib.parse import quote

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


def pages() -> None:
    ignored(INSIDE["loopback"])
    for name in FEW:
        place = INSIDE[name]
        film = f"{place}/a.mp4"
        smil = f"<smil><body><video src='{film}'/></body></smil>"
        case(f"smil-{name}", text(smil, "application/smil+xml"), f"/smil-{name}.smil")
        f4m = (
            "<manifest xmlns='http://ns.adobe.com/f4m/1.0'><duration>6</duration>"
            f"<baseURL>{place}/</baseURL><media bitrate='9' url='a' bootstrapInfoId='b'/>"
            f"<bootstrapInfo id='b' profile='named' url='{place}/b'/></manifest>"
        )
        case(f"f4m-{name}", text(f4m, "application/f4m+xml"), f"/f4m-{name}.f4m")
        refresh = f'<meta http-equiv="refresh" content="0; url={film}">'
        case(f"refresh-{name}", text(refresh))
        case(f"video-{name}", text(f"<html><video src='{film}'></video></html>"))
        case(f"source-{name}", text(f"<video><source src='{film}' type='video/mp4'></video>"))
        case(f"audio-{name}", text(f"<audio src='{place}/a.mp3'></audio>"))
        kind = '<meta property="og:video:type" content="video/mp4">'
        case(f"og-{name}", text(f'{kind}<meta property="og:video" content="{film}">'))
        card = f'<meta name="twitter:player:stream" content="{film}">'
        case(f"card-{name}", text(card))
        facts = f'{{"@context":"https://schema.org","@type":"VideoObject","contentUrl":"{film}"}}'
        case(f"jsonld-{name}", text(f"<script type='application/ld+json'>{facts}</script>"))
        player = f'jwplayer("x").setup({{"file": "{film}"}});'
        case(f"jwplayer-{name}", text(f"<script>{player}</script>"))
        case(f"hls-page-{name}", text(f"<video src='{place}/a.m3u8'></video>"))
        feed = (
            f"<rss version='2.0'><channel><title>x</title><item><title>y</title><link>{film}</link>"
        )
        case(f"rss-{name}", text(f"{feed}</item></channel></rss>", "application/rss+xml"))
        track = f"<track><location>{film}</location></track>"
        case(
            f"xspf-{name}",
            text(
                f"<playlist xmlns='http://xspf.org/ns/0/' version='1'><trackList>{track}"
                "</trackList></playlist>",
                "application/xspf+xml",
            ),
        )


def master(*lines: str) -> Page:
    return text("\n".join(["#EXTM3U", "#EXT-X-VERSION:6", *lines]) + "\n", HLS)


def hls(*lines: str) -> Page:
    return master("#EXT-X-TARGETDURATION:6", *lines)


def ignored(place: str) -> None:
    """What no reader follows so far: once is enough."""
    film = f"{place}/a.mp4"
    case("base", text(f"<base href='{place}/'><video src='a.mp4'></video>"))
    case("object", text(f"<object data='{film}' type='video/mp4'></object>"))
    case("embed", text(f"<embed src='{film}' type='video/mp4'>"))
    case("frame", text(f"<iframe src='{place}/embed'></iframe>"))
    oembed = f"<link rel='alternate' type='application/json+oembed' href='{place}/o.json'>"
    case("oembed", text(oembed))
    track = f"<track src='{place}/s.vtt' srclang='fa'>"
    given = f"<video src='/a.mp4' poster='{place}/p.jpg'>{track}</video>"
    case("beside", text(f"<meta property='og:image' content='{place}/i.jpg'>{given}"))
    part, end = ("#EXTINF:6,", f"{SITE}/part.ts"), "#EXT-X-ENDLIST"
    for name, tag in TAGS:
        case(name, hls(f"#EXT-X-{tag.format(place=place)}", *part, end), f"/{name}.m3u8")
    for name, inner in (
        ("dash-location", f"<Location>{place}/x.mpd</Location>"),
        ("dash-far", f'<Period xlink:href="{place}/p" xlink:actuate="onLoad"/>'),
        (
            "dash-time",
            f'<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="{place}/"/>',
        ),
    ):
        case(name, dash(inner), f"/{name}.mpd")


#: Tags of HLS that name an address, beside those that every player reads.
TAGS = (
    ("session-key", 'SESSION-KEY:METHOD=AES-128,URI="{place}/key"'),
    ("session-data", 'SESSION-DATA:DATA-ID="x",URI="{place}/x.json"'),
    ("frames", 'I-FRAME-STREAM-INF:BANDWIDTH=1000,URI="{place}/i.m3u8"'),
    ("hint", 'PRELOAD-HINT:TYPE=PART,URI="{place}/part.ts"'),
    ("steering", 'CONTENT-STEERING:SERVER-URI="{place}/steer"'),
    ("piece", 'PART:DURATION=1,URI="{place}/part.ts"'),
    ("report", 'RENDITION-REPORT:URI="{place}/r.m3u8"'),
)


def manifests() -> None:
    part, end = ("#EXTINF:6,", f"{SITE}/part.ts"), "#EXT-X-ENDLIST"
    PAGES["/part.ts"] = Page(b"\x47" + bytes(187), "video/mp2t")
    for name in FEW:
        place = INSIDE[name]
        variant = "#EXT-X-STREAM-INF:BANDWIDTH=1000000,RESOLUTION=640x360"
        case(f"variant-{name}", master(variant, f"{place}/v.m3u8"), f"/variant-{name}.m3u8")
        case(f"segment-{name}", hls("#EXTINF:6,", f"{place}/s.ts", end), f"/seg-{name}.m3u8")
        for method in ("AES-128", "SAMPLE-AES"):  # the second goes through ffmpeg
            key = f'#EXT-X-KEY:METHOD={method},URI="{place}/key"'
            case(f"key-{method}-{name}", hls(key, *part, end), f"/key-{method}-{name}.m3u8")
            sample = hls(f'#EXT-X-KEY:METHOD={method},URI="{SITE}/key"', "#EXTINF:6,")
            body = sample.body + f"{place}/s.ts\n{end}\n".encode()
            case(f"part-{method}-{name}", Page(body, HLS), f"/part-{method}-{name}.m3u8")
        init = f'#EXT-X-MAP:URI="{place}/init.mp4"'
        case(f"map-{name}", hls(init, *part, end), f"/map-{name}.m3u8")
        hop = hls("#EXTINF:6,", f"{SITE}/redirect-{name}", end)
        case(f"hop-{name}", hop, f"/hop-{name}.m3u8")
        sound = f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",DEFAULT=YES,URI="{place}/a.m3u8"'
        both = master(
            sound, f'{variant},AUDIO="a",CODECS="avc1.4d401e,mp4a.40.2"', f"{SITE}/v.m3u8"
        )
        case(f"sound-{name}", both, f"/sound-{name}.m3u8")
        words = f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="s",URI="{place}/s.m3u8"'
        titled = master(words, f'{variant},SUBTITLES="s"', f"{SITE}/v.m3u8")
        case(f"words-{name}", titled, f"/words-{name}.m3u8")
        case(f"live-{name}", hls("#EXTINF:6,", f"{place}/s.ts"), f"/live-{name}.m3u8")
        schemeless = place.removeprefix("http:")
        case(f"schemeless-{name}", hls("#EXTINF:6,", f"{schemeless}/s.ts", end), f"/sl-{name}.m3u8")
        case(f"dash-{name}", dash(f"<BaseURL>{place}/</BaseURL>"), f"/dash-{name}.mpd")
    PAGES["/v.m3u8"] = hls(*part, end)
    PAGES["/key"] = Page(bytes(16), "application/octet-stream")
    for number, scheme in enumerate(SCHEMES[:10]):
        case(f"segment-{number}", hls("#EXTINF:6,", scheme, end), f"/scheme-{number}.m3u8")
        key = f'#EXT-X-KEY:METHOD=SAMPLE-AES,URI="{scheme}"'
        case(f"key-{number}", hls(key, *part, end), f"/scheme-key-{number}.m3u8")
        disguised = Page(hls("#EXTINF:6,", scheme, end).body, "video/mp4")
        case(f"disguised-{number}", disguised, f"/disguised-{number}.mp4")
    xxe = '<!DOCTYPE MPD [<!ENTITY x SYSTEM "http://127.0.0.1:CANARY/x">]>'
    case("dash-xxe", dash("<BaseURL>&x;</BaseURL>", xxe), "/xxe.mpd")
    bomb = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    case("dash-bomb", dash("&a9;", f'<!DOCTYPE MPD [<!ENTITY a0 "x">{bomb}]>'), "/bomb.mpd")
    case("dash-file", dash("<BaseURL>file:///etc/</BaseURL>"), "/file.mpd")
    case("concat", text("ffconcat version 1.0\nfile /etc/passwd\n", "video/mp4"), "/concat.mp4")


def dash(base: str, doctype: str = "") -> Page:
    body = f"""<?xml version="1.0"?>{doctype}
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT6S">{base}
<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1000000" width="640"
height="360" codecs="avc1.4d401e"><SegmentList duration="6"><Initialization sourceURL="init.mp4"/>
<SegmentURL media="s1.mp4"/></SegmentList></Representation></AdaptationSet></Period></MPD>"""
    return text(body, DASH)


def boards() -> None:
    """Posts of pictures, which a second program fetches."""
    for number, (name, place) in enumerate(INSIDE.items()):
        post = {"no": 1, "sub": "x", "com": "x", "ext": ".jpg", "filename": "x", "time": 1}
        more = {"md5": "x", "fsize": 9, "w": 9, "h": 9, "tim": f"r{number}"}
        PAGES[f"/b{number}/res/7.json"] = text(json.dumps({"posts": [post | more]}), JSON)
        PAGES[f"/b{number}/src/r{number}.jpg"] = to(f"{place}/a.jpg")
        PAGES[f"/b{number}/res/8.json"] = to(f"{place}/8.json")
        for thread in (7, 8):
            BOARDS[f"board-{thread}-{name}"] = f"{SITE}/b{number}/res/{thread}.html"


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


for build in (literals, redirects, pages, manifests, boards, smuggled):
    build()
