"""Media of each container, made by ffmpeg: those that the site does not have."""

import subprocess
from pathlib import Path

from procs.core.ffmpeg import tools

SINE = ("-f", "lavfi", "-i", "sine=frequency=440:duration=20")
PICTURE = ("-f", "lavfi", "-i", "testsrc=duration=4:size=160x90:rate=10")
#: What is made: by name, from what, and how. A name that begins with "piped" is written to a pipe,
#: so that nothing in its head is known from its end.
MADE: dict[str, tuple[str, ...]] = {
    "xing.mp3": (*SINE, "-b:a", "64k"),
    "bare.mp3": (*SINE, "-b:a", "64k", "-write_xing", "0"),
    "song.ogg": (*SINE, "-c:a", "libvorbis"),
    "song.opus": SINE,
    "song.flac": SINE,
    "song.wav": SINE,
    "song.aac": (*SINE, "-c:a", "aac"),
    "song.m4a": (*SINE, "-c:a", "aac"),
    "film.webm": (*PICTURE, "-c:v", "libvpx"),
    "piped.webm": (*PICTURE, "-c:v", "libvpx", "-f", "webm"),
    "live.webm": (*PICTURE, "-c:v", "libvpx", "-live", "1"),
    "film.mkv": (*PICTURE, "-c:v", "libx264"),
    "film.avi": (*PICTURE, "-c:v", "mpeg4"),
    "film.flv": (*PICTURE, "-c:v", "flv"),
    "film.ts": (*PICTURE, "-c:v", "libx264"),
    "moving.gif": PICTURE,
    "front.mp4": (*PICTURE, "-c:v", "libx264", "-movflags", "+faststart"),
    "behind.mp4": (*PICTURE, "-c:v", "libx264"),
    "pieces.mp4": (*PICTURE, "-c:v", "libx264", "-g", "5", "-movflags", "+frag_keyframe"),
}


def make(folder: Path, name: str) -> bytes:
    """One of them."""
    path = folder / name
    command = [tools().ffmpeg, "-nostdin", "-v", "error", "-y", *MADE[name]]
    if name.startswith("piped"):
        return subprocess.run([*command, "-"], check=True, stdout=subprocess.PIPE).stdout
    subprocess.run([*command, str(path)], check=True)
    return path.read_bytes()
