"""Stands in for ffprobe where there is none: prints a file's facts in ffprobe's JSON.

    python pyav_probe.py PROTOCOLS FORMATS FILE

Runs as a program of its own, because it reads hostile files. Exit code 1: not a media file.
"""

import json
import sys
from typing import Any

import av
from av.stream import Disposition


def main(protocols: str, formats: str, path: str) -> int:
    options = {"protocol_whitelist": protocols, "format_whitelist": formats}
    try:
        with av.open(path, options=options) as media:
            print(json.dumps(as_ffprobe(media)))
    except (av.error.FFmpegError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def as_ffprobe(media: Any) -> dict[str, Any]:
    duration = media.duration / av.time_base if media.duration else 0
    head = {
        "format_name": media.format.name,
        "duration": str(duration),
        "tags": dict(media.metadata),
    }
    return {"format": head, "streams": [stream(media, one) for one in media.streams]}


def stream(media: Any, one: Any) -> dict[str, Any]:
    facts = {"codec_type": one.type, "disposition": {"attached_pic": is_cover(one)}}
    if one.codec_context is not None:
        facts["codec_name"] = one.codec_context.name.removesuffix("float")
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


def is_cover(one: Any) -> int:
    return int(bool(one.disposition & Disposition.attached_pic))


def rotation(media: Any, one: Any) -> int:
    """The first frame knows it; a file whose first frame cannot be decoded is not turned."""
    if is_cover(one):
        return 0
    try:
        frame = next(media.decode(one), None)
        media.seek(0)
    except av.error.FFmpegError:
        return 0
    return int(frame.rotation) if frame else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
