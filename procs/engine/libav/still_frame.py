"""Draws one picture of a film, or a smaller one of a picture, as a JPEG."""

import os
from fractions import Fraction
from typing import Any

import av
from av.filter import Graph

from procs.engine.libav.stream_facts import is_cover, opened

#: Frames of more points than full HD has are decoded by several threads; of others, to start
#: them costs more.
LARGE = 1920 * 1088
#: The only sampling that the encoder takes, at the full range of JPEG.
POINTS = "yuvj420p"
#: What turns a picture as its matrix says (ffmpeg turns it by the same filters), by degrees.
TURNS = {90: ("transpose=cclock",), 180: ("hflip", "vflip"), 270: ("transpose=clock",)}


def draw(name: str, made: str, *, at: float, box: tuple[int, int], quality: int) -> None:
    """Write the frame at so many seconds to `made`: as large as `box`, or, where that has no height
    (0), within a square of its width. `quality` is in ffmpeg's scale. Raises FFmpegError, OSError;
    ValueError where there is no such frame."""
    with opened(name) as media:
        frame = found(media, at)
        width, height = box if box[1] else within(frame, box[0])
        for turn in TURNS.get(frame.rotation % 360, ()):
            frame = filtered(frame, turn)
        small = frame.reformat(width, height, POINTS)
    small.pts = 0
    body = jpeg(small, quality)
    with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as sink:
        sink.write(body)


def found(media: Any, at: float) -> Any:
    """The first frame that stands by itself and is shown at `at` or later: no other is decoded for
    it. Where there is none, the first frame at all that is shown then, or the last before it."""
    video = next(iter(sorted(media.streams.video, key=is_cover)), None)
    if video is None or video.codec_context is None:
        raise ValueError("no picture in it")
    context = video.codec_context
    if context.width * context.height > LARGE:
        context.thread_type = "AUTO"
    else:
        context.thread_count = 1
    frame = key_frame(media, video, at) if at else None
    if frame is None:
        frame = frame_at(media, video, at)
    if frame is None:
        raise ValueError("no frame in it")
    return frame


def key_frame(media: Any, video: Any, at: float) -> Any:
    """The first key frame that is shown at `at` or later; None where the file tells of none."""
    try:
        media.seek(place(media, at), backward=False)
        frame = next(media.decode(video), None)
    except av.error.FFmpegError:
        return None
    if frame is None or frame.time is None or not frame.key_frame:
        return None
    return frame if frame.time - start(video) >= at else None


def frame_at(media: Any, video: Any, at: float) -> Any:
    """The first frame that is shown at `at` or later, or the last before it."""
    if at:
        media.seek(place(media, at))
    frame = None
    for frame in media.decode(video):
        if not at or frame.time is None or frame.time - start(video) >= at:
            break
    return frame


def place(media: Any, at: float) -> int:
    """So many seconds in libav's measure."""
    return int(at * av.time_base) + max(media.start_time or 0, 0)


def start(video: Any) -> float:
    return float(video.start_time * video.time_base) if video.start_time else 0.0


def within(frame: Any, side: int) -> tuple[int, int]:
    """The size of a picture scaled down, and never up, to fit a square."""
    scale = min(1.0, side / max(frame.width, frame.height))
    return max(1, round(frame.width * scale)), max(1, round(frame.height * scale))


def filtered(frame: Any, words: str) -> Any:
    """A frame that has passed one filter."""
    name, _, options = words.partition("=")
    graph = Graph()
    steps = graph.add_buffer(template=None, **shape(frame)), graph.add(name, options or None)
    graph.link_nodes(*steps, graph.add("buffersink")).configure()
    graph.push(frame)
    return graph.pull()


def shape(frame: Any) -> dict[str, Any]:
    return {
        "width": frame.width,
        "height": frame.height,
        "format": frame.format,
        "time_base": frame.time_base or av.time_base,
    }


def jpeg(frame: Any, quality: int) -> bytes:
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, POINTS
    encoder.time_base = Fraction(1, 25)
    encoder.options = {"qmin": str(quality), "qmax": str(quality)}
    return b"".join(bytes(packet) for one in (frame, None) for packet in encoder.encode(one))
