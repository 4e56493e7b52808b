"""The facts of a file, read from what a child says of it in the form of ffprobe's JSON."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

#: What a value of another kind than it should have brings about.
ODD = (AttributeError, TypeError, ValueError, OverflowError)


@dataclass(frozen=True, slots=True)
class Picture:
    """A moving picture. Width and height as displayed: after rotation and pixel shape."""

    codec: str
    width: int
    height: int
    pixels: str = ""


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """One file. `container` is the demuxer's name; `sound` the codec, empty when it is silent;
    `cover` says that a still picture is inside."""

    container: str
    duration: float
    picture: Picture | None
    sound: str
    cover: bool = False
    title: str = ""
    artist: str = ""


def read(told: Any) -> MediaFacts | None:
    """The facts; None when there is no stream at all, or the child, which may have been taken over
    by its file, says what none says."""
    try:
        return judged(told)
    except ODD:
        return None


def judged(told: Any) -> MediaFacts | None:
    """The facts from what ffprobe said; None for a file without streams."""
    streams = told.get("streams") or []
    if not streams:
        return None
    head = told.get("format") or {}
    tags = {k.lower(): str(v) for k, v in (head.get("tags") or {}).items()}
    pictures = [s for s in streams if s.get("codec_type") == "video"]
    moving = [s for s in pictures if not is_cover(s)]
    sounds = [s for s in streams if s.get("codec_type") == "audio"]
    return MediaFacts(
        container=str(head.get("format_name") or ""),
        duration=seconds(head.get("duration")),
        picture=picture(moving[0]) if moving else None,
        sound=str(sounds[0].get("codec_name") or "unknown") if sounds else "",
        cover=len(pictures) > len(moving),
        title=tags.get("title", ""),
        artist=tags.get("artist", ""),
    )


def is_cover(stream: dict[str, Any]) -> bool:
    """Whether a stream of pictures is only the cover of a sound."""
    return bool((stream.get("disposition") or {}).get("attached_pic"))


def picture(stream: dict[str, Any]) -> Picture:
    """The picture as it is seen: with its pixels square, and turned as its rotation says."""
    width, height = int(stream.get("width") or 0), int(stream.get("height") or 0)
    width = round(width * shape(str(stream.get("sample_aspect_ratio") or "")))
    if turned(stream) % 180:
        width, height = height, width
    name, pixels = stream.get("codec_name") or "", stream.get("pix_fmt") or ""
    return Picture(str(name), width, height, str(pixels))


def shape(ratio: str) -> Fraction:
    """The width of a pixel; 0:1 and no value mean square."""
    wide, _, high = ratio.partition(":")
    if wide.isdecimal() and high.isdecimal() and int(wide) and int(high):
        return Fraction(int(wide), int(high))
    return Fraction(1)


def turned(stream: dict[str, Any]) -> int:
    """Degrees by which players turn the picture."""
    matrix = (side.get("rotation") for side in stream.get("side_data_list") or ())
    return int(next((turn for turn in matrix if turn), 0))


def seconds(value: Any) -> float:
    """A length in seconds; 0 for none or for what is no number."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0
