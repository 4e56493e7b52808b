"""Manifests of HLS and DASH whose pieces lie inside."""

from tests.sandbox.hostile.places import DASH, FEW, HLS, INSIDE, PAGES, SCHEMES, SITE, case, text
from tests.sandbox.range import Page


def master(*lines: str) -> Page:
    return text("\n".join(["#EXTM3U", "#EXT-X-VERSION:6", *lines]) + "\n", HLS)


def hls(*lines: str) -> Page:
    return master("#EXT-X-TARGETDURATION:6", *lines)


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
