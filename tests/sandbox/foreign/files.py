"""The site's own files: made by ffmpeg once, kept in a folder named by this recipe's own hash."""

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from procs.core.ffmpeg import tools
from tests.sandbox import built_files
from tests.sandbox.site import files as first

STILL = ("-f", "lavfi", "-i", "testsrc2=s=640x480", "-frames:v", "1")
FILM = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2")
TONE = ("-f", "lavfi", "-i", "sine=440:d=2")
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")

#: name -> ffmpeg's arguments. Films of two seconds, pictures of 640 by 480.
MADE: dict[str, tuple[str, ...]] = {
    "film.mp4": (*FILM, *TONE, *H264, "-c:a", "aac", "-shortest"),
    "film.webm": (*FILM, *TONE, "-c:v", "libvpx-vp9", "-cpu-used", "8", "-c:a", "libopus"),
    "film.flv": (*FILM, *TONE, "-c:v", "flv", "-c:a", "libmp3lame", "-ar", "44100"),
    "film.avi": (*FILM, *TONE, "-c:v", "mpeg4", "-c:a", "libmp3lame"),
    "film.wmv": (*FILM, *TONE, "-c:v", "wmv2", "-c:a", "wmav2"),
    "film.mov": (*FILM, *TONE, "-c:v", "prores", "-c:a", "pcm_s16le"),
    "film.mpg": (*FILM, *TONE, "-c:v", "mpeg2video", "-c:a", "mp2"),
    "film.ogv": (*FILM, *TONE, "-c:v", "libtheora", "-c:a", "libvorbis"),
    "hevc.mp4": (*FILM, "-c:v", "libx265", "-tag:v", "hvc1", "-x265-params", "log-level=0"),
    "song.flac": (*TONE, "-c:a", "flac"),
    "song.ogg": (*TONE, "-c:a", "libvorbis"),
    "song.wav": (*TONE,),
    "one.jpg": (*STILL, "-update", "1"),
    "two.jpg": (*STILL, "-vf", "hue=h=90", "-update", "1"),
    "three.png": (*STILL, "-vf", "hue=h=180", "-update", "1"),
    "small.jpg": (*STILL, "-vf", "scale=160:120", "-update", "1"),
    "icon.png": (*STILL, "-vf", "scale=32:32", "-update", "1"),
    "pixel.gif": (*STILL, "-vf", "scale=1:1"),
    "four.webp": (*STILL, "-c:v", "libwebp"),
    "five.avif": (*STILL, "-c:v", "libaom-av1", "-still-picture", "1", "-cpu-used", "8"),
    "moving.gif": ("-f", "lavfi", "-i", "testsrc2=s=160x120:r=5:d=1"),
    "seg.m3u8": (*FILM, *TONE, *H264, "-c:a", "aac", "-g", "25", "-f", "hls", "-hls_time", "1",
                 "-hls_playlist_type", "vod"),
    "byte.m3u8": (*FILM, *TONE, *H264, "-c:a", "aac", "-g", "25", "-f", "hls", "-hls_time", "1",
                  "-hls_flags", "single_file", "-hls_playlist_type", "vod"),
    "tone.m3u8": (*TONE, "-c:a", "aac", "-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod"),
}  # fmt: skip


def folder() -> Path:
    """All files, ready."""
    return built_files.folder("foreign", make, __file__, first.__file__)


def make(place: Path) -> None:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda row: made(place, *row), MADE.items()))
    film = (place / "film.mp4").read_bytes()
    (place / "truncated.mp4").write_bytes(film[: len(film) // 2])
    (place / "garbage.mp4").write_bytes(os.urandom(50_000))
    (place / "drawing.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="999"/>')
    (place / "empty.mp4").write_bytes(b"")
    shutil.copy(first.folder() / "archive.zip", place / "archive.zip")


def made(place: Path, name: str, arguments: tuple[str, ...]) -> None:
    argv = [tools().ffmpeg, "-v", "error", "-nostdin", *arguments, name]
    subprocess.run(argv, cwd=place, check=True)
