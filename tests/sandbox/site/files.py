"""The site's files: made by ffmpeg once, kept in a folder named by this recipe's own hash."""

import os
import subprocess
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from procs.core.ffmpeg import tools
from tests.sandbox import built_files

#: The clip lasts longer than its sound's and picture's rounding errors, and no longer.
SECONDS = 6
KEY = bytes(range(16))
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""

PICTURE = ("-f", "lavfi", "-i", f"testsrc2=s=640x360:r=25:d={SECONDS}")
SOUND = ("-f", "lavfi", "-i", f"sine=440:d={SECONDS}")
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50")
AAC = ("-c:a", "aac", "-b:a", "96k")
VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "300k")
CLIP, LONG = ("-i", "clip.mp4"), ("-i", "long.mp4")
COPY = ("-c", "copy")
#: In pieces, as large sites have their pictures.
PIECES = ("-movflags", "+frag_keyframe+empty_moov+default_base_moof")
FASTSTART = ("-movflags", "+faststart")
HLS = ("-f", "hls", "-hls_time", "2", "-hls_playlist_type", "vod")
DASH = ("-f", "dash", "-seg_duration", "2")
DASH_NAMES = ("-init_seg_name", "fifteen-init.m4s", "-media_seg_name", "fifteen-$Number$.m4s")

#: name -> the ffmpeg arguments that make it. A step may use what an earlier one made.
STEPS: tuple[dict[str, tuple[str, ...]], ...] = (
    {
        # No faststart: the moov box stays at the end, as many sites serve it.
        "clip.mp4": (*PICTURE, *SOUND, *H264, *AAC, "-shortest"),
        "long.mp4": (
            *("-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=30"),
            *("-f", "lavfi", "-i", "sine=220:d=30", *H264, *AAC, "-shortest"),
        ),
        "hd.mp4": (
            *("-f", "lavfi", "-i", f"testsrc2=s=1280x720:r=25:d={SECONDS}", *SOUND),
            *(*H264, *AAC, "-shortest", *FASTSTART),
        ),
        "photo.jpg": ("-f", "lavfi", "-i", "testsrc2=s=800x600", "-frames:v", "1", "-update", "1"),
        "photo.png": ("-f", "lavfi", "-i", "testsrc=s=320x240", "-frames:v", "1", "-update", "1"),
        "wide.jpg": ("-f", "lavfi", "-i", "color=s=9900x400", "-frames:v", "1", "-update", "1"),
        "cover.jpg": ("-f", "lavfi", "-i", "testsrc2=s=600x600", "-frames:v", "1", "-update", "1"),
        "song.mp3": (*SOUND, "-b:a", "96k", "-metadata", "title=Sine", "-metadata", "artist=Osc"),
        "song.m4a": (*SOUND, *AAC),
        "song.opus": (*SOUND, "-c:a", "libopus", "-b:a", "48k"),
        "silent.mp4": (*PICTURE, *H264),
    },
    {
        "clip.mkv": (*CLIP, *COPY),
        "clip.webm": (*CLIP, "-vf", "scale=320:180", *VP9, "-c:a", "libopus", "-b:a", "48k"),
        "small.mp4": (*CLIP, "-vf", "scale=320:180", *H264, *AAC, *FASTSTART),
        "rotated.mp4": ("-display_rotation:v:0", "90", *CLIP, *COPY),
        "squeezed.mp4": (*CLIP, "-vf", "scale=480:480,setsar=4/3", *H264, *AAC),
        "apart/long/picture.mp4": ("-i", "long.mp4", "-an", *COPY, *PIECES),
        "apart/long/late.mp4": ("-i", "long.mp4", "-an", *COPY),
        "apart/long/sound.m4a": ("-i", "long.mp4", "-vn", *COPY, *FASTSTART),
        "hls/video.m3u8": (*CLIP, "-an", *COPY, *HLS),
        "hls/audio.m3u8": (*CLIP, "-vn", *COPY, *HLS),
        "hls/muxed.m3u8": (*CLIP, *COPY, *HLS),
        "hls/fmp4.m3u8": (
            *(*CLIP, *COPY, *HLS, "-hls_segment_type", "fmp4"),
            *("-hls_fmp4_init_filename", "fmp4-init.mp4"),
        ),
        "hls/aes.m3u8": (*CLIP, *COPY, *HLS, "-hls_key_info_file", "key.info"),
        "hls/plain15.m3u8": (*LONG, *COPY, *HLS),
        "hls/aes15.m3u8": (*LONG, *COPY, *HLS, "-hls_key_info_file", "key.info"),
        "hls/ranges15.m3u8": (*LONG, *COPY, *HLS, "-hls_flags", "single_file"),
        "hls/picture15.m3u8": (*LONG, "-an", *COPY, *HLS),
        "hls/sound15.m3u8": (*LONG, "-vn", *COPY, *HLS),
        "hls/fmp15.m3u8": (
            *(*LONG, *COPY, *HLS, "-hls_segment_type", "fmp4"),
            *("-hls_fmp4_init_filename", "fmp15-init.mp4"),
        ),
        "dash/fifteen.mpd": (*LONG, "-an", *COPY, *DASH, *DASH_NAMES),
        "dash/manifest.mpd": (
            *(*CLIP, *COPY, *DASH),
            *("-adaptation_sets", "id=0,streams=v id=1,streams=a"),
        ),
    },
    {
        "film.mkv": ("-i", "clip.webm", *COPY),
        "hls/low.m3u8": ("-i", "small.mp4", "-an", *COPY, *HLS),
    },
)

#: What the subtitles say, by language.
SAID = {"fa": ("سلام دنیا", "پایان"), "en": ("Hello world", "The end")}

MASTER = """#EXTM3U
#EXT-X-VERSION:4
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,URI="audio.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=700000,RESOLUTION=320x180,CODECS="avc1.42c00d,mp4a.40.2",AUDIO="a"
low.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=2500000,RESOLUTION=640x360,CODECS="avc1.42c01e,mp4a.40.2",AUDIO="a"
video.m3u8
"""
#: The long film in two streams of 15 pieces.
APART = """#EXTM3U
#EXT-X-VERSION:4
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,URI="sound15.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=2500000,RESOLUTION=640x360,CODECS="avc1.42c01e,mp4a.40.2",AUDIO="a"
picture15.m3u8
"""


def folder() -> Path:
    """All files, ready."""
    return built_files.folder("site", make, __file__)


@cache
def hls(name: str) -> bytes:
    """The bytes of a list or of a piece of HLS."""
    return (folder() / "hls" / name).read_bytes()


def make(place: Path) -> None:
    """Fill an empty folder."""
    for part in ("hls", "dash", "subs", "apart/long"):
        (place / part).mkdir(parents=True)
    (place / "hls/aes.key").write_bytes(KEY)
    (place / "key.info").write_text("aes.key\nhls/aes.key\n")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for step in STEPS:
            list(pool.map(step_in(place), step.items()))
    (place / "hls/master.m3u8").write_text(MASTER)
    (place / "hls/apart15.m3u8").write_text(APART)
    (place / "hls/gap.m3u8").write_text(
        (place / "hls/muxed.m3u8").read_text().replace("muxed1.ts", "missing.ts")
    )
    (place / "paper.pdf").write_bytes(PDF)
    (place / "notes.txt").write_text("Just words.\n" * 9)
    (place / "drawing.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9"/>')
    (place / "data.xml").write_text("<?xml version='1.0'?><root><a/></root>")
    (place / "report.html").write_text("<html><body>A report</body></html>")
    for language, (first, last) in SAID.items():
        (place / f"subs/{language}.vtt").write_text(
            f"WEBVTT\n\n00:01.000 --> 00:02.500\n{first}\n\n00:04.000 --> 00:05.500\n{last}\n",
            encoding="utf-8",
        )
    with zipfile.ZipFile(place / "archive.zip", "w") as archive:
        archive.writestr("read me.txt", "A real archive.\n" * 100)


def step_in(place: Path) -> Callable[[tuple[str, tuple[str, ...]]], None]:
    def run(recipe: tuple[str, tuple[str, ...]]) -> None:
        name, arguments = recipe
        argv = [tools().ffmpeg, "-v", "error", "-nostdin", *arguments, name]
        subprocess.run(argv, cwd=place, check=True)

    return run
