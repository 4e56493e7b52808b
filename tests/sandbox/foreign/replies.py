"""What answers are made of."""

from tests.sandbox.foreign.server import Reply

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
