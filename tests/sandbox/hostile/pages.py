"""Pages, feeds and boards whose media lie inside."""

import json

from tests.sandbox.hostile.manifests import dash, hls
from tests.sandbox.hostile.places import BOARDS, FEW, INSIDE, JSON, PAGES, SITE, case, text, to


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
