"""The site's pages: each shows its media in another of the ways that sites use."""

import json
from collections.abc import Iterable
from html import escape


def page(title: str, *, head: str = "", body: str = "") -> str:
    return (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    )


def linked(facts: dict[str, object]) -> str:
    facts = {"@context": "https://schema.org", **facts}
    return f'<script type="application/ld+json">{json.dumps(facts)}</script>'


#: Entries of the feed: more than one page of a list shows.
FEED = 23


def feed(base: str, entries: int = FEED, tail: str = "") -> str:
    """A list whose every entry is a film of its own."""
    return listed(base, range(1, entries + 1), tail)


def listed(base: str, numbers: Iterable[int], tail: str = "") -> str:
    """The same with these entries, in this order."""
    items = "".join(
        f"<item><title>Episode {n}</title><link>{base}/episode/{n}/clip.mp4{tail}</link></item>"
        for n in numbers
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>A feed</title>{items}'
        "</channel></rss>"
    )


def covered(base: str) -> str:
    """A feed of two, the second with a picture, as podcasts have it."""
    image = f'<itunes:image href="{base}/cover.jpg"/>'
    return (
        feed(base, 2)
        .replace("<rss", '<rss xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"')
        .replace("<title>Episode 2</title>", f"<title>Episode 2</title>{image}")
    )


def apart(film: str, query: str, seconds: str) -> str:
    """A page with a film whose streams a manifest names."""
    facts = {"@type": "VideoObject", "name": "A film in two streams", "duration": f"PT{seconds}S"}
    return page("Apart", head=linked({**facts, "contentUrl": f"{film}?{query}"}))


def manifest(query: str, picture: int, sound: int) -> str:
    """A picture and a sound of so many bytes, each one file (ISO/IEC 23009-1)."""
    query, kinds = escape(query), (("video", "picture.mp4", picture, "avc1.42c01e", 2_000_000),)
    kinds += (("audio", "sound.m4a", sound, "mp4a.40.2", 96_000),)
    sets = "".join(
        f'<AdaptationSet mimeType="{kind}/mp4"><Representation id="{kind}" codecs="{codec}"'
        f' bandwidth="{rate}"><BaseURL yt:contentLength="{size}">{name}?{query}</BaseURL>'
        "</Representation></AdaptationSet>"
        for kind, name, size, codec, rate in kinds
    )
    spaces = 'xmlns="urn:mpeg:DASH:schema:MPD:2011" xmlns:yt="http://youtube.com/yt/2012/10/10"'
    return f'<?xml version="1.0"?><MPD {spaces} type="static"><Period>{sets}</Period></MPD>'


def pages(base: str) -> dict[str, str]:
    """path -> HTML; `base` is the site's own address, for what must be absolute."""
    return {
        "/page/video.html": page(
            "A page with a film", body='<h1>Film</h1><video src="/clip.mp4" controls></video>'
        ),
        "/page/sources.html": page(
            "Two qualities",
            body='<video><source src="/small.mp4" type="video/mp4" label="180p">'
            '<source src="/clip.mp4" type="video/mp4" label="360p"></video>',
        ),
        "/page/hd.html": page(
            "A film in HD",
            body='<video><source src="/clip.mp4" type="video/mp4" label="360p">'
            '<source src="/hd.mp4" type="video/mp4" label="720p"></video>',
        ),
        "/page/og.html": page(
            "Open graph",
            head=f'<meta property="og:title" content="فیلم کوتاه">'
            f'<meta property="og:video" content="{base}/clip.mp4">'
            f'<meta property="og:video:type" content="video/mp4">',
        ),
        "/page/jsonld.html": page(
            "Linked data",
            head=linked(
                {
                    "@type": "VideoObject",
                    "name": "A linked film",
                    "contentUrl": f"{base}/clip.mp4",
                    "thumbnailUrl": f"{base}/cover.jpg",
                    "duration": "PT6S",
                }
            ),
        ),
        "/page/chapters.html": page(
            "A film in chapters",
            head=linked(
                {
                    "@type": "VideoObject",
                    "name": "A film in chapters",
                    "contentUrl": f"{base}/hls/master.m3u8",
                    "thumbnailUrl": f"{base}/cover.jpg",
                    "duration": "PT6S",
                    "hasPart": [
                        {"@type": "Clip", "name": name, "startOffset": at, "endOffset": at + 2}
                        for at, name in ((0, "The lamp"), (2, "The lens"), (4, "The keeper"))
                    ],
                }
            ),
        ),
        "/page/song.html": page(
            "A song",
            head=linked(
                {
                    "@type": "AudioObject",
                    "name": "The Long Sine",
                    "byArtist": {"name": "Oscillator"},
                    "contentUrl": f"{base}/song.m4a",
                    "encodingFormat": "audio/mp4",
                    "thumbnailUrl": f"{base}/cover.jpg",
                    "duration": "PT6S",
                }
            ),
        ),
        "/page/subtitles.html": page(
            "A film with words",
            body='<video src="/clip.mp4"><track kind="subtitles" srclang="fa" src="/subs/fa.vtt">'
            '<track kind="subtitles" srclang="en" src="/subs/en.vtt"></video>',
        ),
        "/page/feed.xml": feed(base),
        "/page/one.xml": feed(base, 1),
        "/page/covers.xml": covered(base),
        "/page/slow.xml": feed(base, 5, "?rate=50000"),
        "/page/gaps.xml": feed(base, 4).replace("/2/clip.mp4", "/2/gone.mp4"),
        "/page/uneven.xml": feed(base, 3).replace("/1/clip.mp4", "/1/clip.mp4?rate=30000"),
        "/page/post.html": page(
            "A post",
            body='<video src="/clip.mp4"></video><video src="/small.mp4"></video>'
            '<video src="/silent.mp4"></video>',
        ),
        "/page/many.html": page(
            "Many films",
            body="".join(f'<video src="/clip.mp4?many={n}"></video>' for n in range(6)),
        ),
        "/b/res/7.html": page("A thread", body="<p>Pictures</p>"),
        "/b/res/8.html": page("No thread", body="<p>Nothing</p>"),
        "/page/hls.html": page(
            "A stream",
            body='<video><source src="/hls/master.m3u8" type="application/x-mpegurl"></video>',
        ),
        "/page/hls-away.html": page(
            "A stream whose server is away",
            body='<video><source src="/hang/master.m3u8" type="application/x-mpegurl"></video>',
        ),
        "/page/plain.html": page(
            "Words", body="<p>Only words here, and <a href='/'>a link</a>.</p>"
        ),
        "/page/login.html": page(
            "Please sign in", body="<form><input name=user><input type=password></form>"
        ),
    }
