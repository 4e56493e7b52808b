"""Copies a film's streams into an mp4 with its index in front; nothing is encoded anew."""

from typing import Any

import av

from procs.engine.libav.stream_facts import is_cover, opened

#: As ffmpeg is told in the other way (`procs.media.remux`): the first packet is at zero.
OPTIONS = {"movflags": "+faststart", "avoid_negative_ts": "make_zero"}


def copy(name: str, made: str, *, sound: bool) -> None:
    """Write the first picture, and the first sound where it is wanted, of `name` to `made`, with
    the chapters. Raises
    FFmpegError, OSError; ValueError where a packet has no time, which ffmpeg would guess."""
    with opened(name) as source, av.open(f"file:{made}", "w", "mp4", options=OPTIONS) as sink:
        sink.metadata.update(source.metadata)
        sink.set_chapters(source.chapters())
        taken = first(source, sound)
        places = {one.index: added(sink, one) for one in taken}
        for packet in source.demux(taken):
            if packet.size == 0:  # a decoder's flush at the end
                continue
            if packet.pts is None or packet.dts is None:
                raise ValueError("a packet without a time")
            packet.stream = places[packet.stream.index]
            sink.mux(packet)


def first(source: Any, sound: bool) -> list[Any]:
    """The streams that are copied. Raises ValueError where one is missing."""
    moving = [one for one in source.streams.video if not is_cover(one)][:1]
    sounds = list(source.streams.audio[:1]) if sound else []
    if not moving or len(sounds) < sound:
        raise ValueError("no such stream in it")
    return [*moving, *sounds]


def added(sink: Any, stream: Any) -> Any:
    """A stream of `sink` for the packets of another one, with its metadata."""
    place = sink.add_stream_from_template(stream)
    place.metadata.update(stream.metadata)
    return place
