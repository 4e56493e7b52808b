"""Reads the facts of a media file with libav, in the form of ffprobe's JSON."""

from typing import Any

import av
from av.container import InputContainer
from av.stream import Disposition

from procs.core.ffmpeg import FORMATS

#: Local files, and nothing that a playlist in disguise could name.
GUARD = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
#: What libav and the disk answer to a file that is none, and what Python does to its odd values.
UNREADABLE = (av.error.FFmpegError, OSError, ValueError, ArithmeticError, LookupError)
#: Letters of a tag, and streams of a file, that anybody has a reason to want.
TAG_LETTERS, STREAMS = 1000, 200


def opened(name: str) -> InputContainer:
    """A file of the folder, never taken for an option or an address. Raises FFmpegError."""
    container: InputContainer = av.open(f"file:{name}", options=GUARD, metadata_errors="replace")
    return container


def read(name: str) -> dict[str, Any]:
    """The facts of a file. Raises FFmpegError for what is no media."""
    with opened(name) as media:
        head = {
            "format_name": media.format.name,
            "duration": str(media.duration / av.time_base if media.duration else 0),
            "tags": {k[:TAG_LETTERS]: v[:TAG_LETTERS] for k, v in media.metadata.items()},
        }
        streams = [stream(media, one) for one in list(media.streams)[:STREAMS]]
        return {"format": head, "streams": streams}


def stream(media: InputContainer, one: Any) -> dict[str, Any]:
    """One stream as ffprobe tells it."""
    facts = {"codec_type": one.type, "disposition": {"attached_pic": int(is_cover(one))}}
    if one.codec_context is not None:
        facts["codec_name"] = one.codec_context.codec.canonical_name
    if one.type == "video" and one.codec_context is not None:
        ratio = one.sample_aspect_ratio
        facts |= {
            "width": one.codec_context.width,
            "height": one.codec_context.height,
            "pix_fmt": one.codec_context.pix_fmt,
            "sample_aspect_ratio": f"{ratio.numerator}:{ratio.denominator}" if ratio else "",
            "side_data_list": [{"rotation": rotation(media, one)}],
        }
    return facts


def is_cover(one: Any) -> bool:
    """Whether a stream is the cover of a sound."""
    return bool(one.disposition & Disposition.attached_pic)


def rotation(media: InputContainer, one: Any) -> int:
    """The first frame knows it; a file whose first frame cannot be decoded is not turned."""
    if is_cover(one):
        return 0
    one.codec_context.thread_count = 1  # of one frame several threads are a waste
    try:
        frame = next(media.decode(one), None)
        media.seek(0)
    except av.error.FFmpegError:
        return 0
    return int(frame.rotation) if frame else 0
