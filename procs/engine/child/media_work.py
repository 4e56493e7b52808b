"""Work on media files in a forked child, as the worker asks for it: facts, thumbnails, copies.

The nursery has libav ready, so that none of it starts a program. The child has no network, and
dies with its connection; a decoder that crashes ends it alone. Imported where there is libav.
"""

from collections.abc import Callable
from typing import Any

from procs.core import codec
from procs.engine.libav import container_copy, still_frame, stream_facts

#: Letters of a refusal that are told.
REFUSAL_LETTERS = 300


def frame(name: str, made: str, at: float, box: list[int], quality: int) -> None:
    """Draw a JPEG of a file's picture at `at` seconds, which fits into `box`."""
    width, height = box
    still_frame.draw(name, made, at=at, box=(width, height), quality=quality)


def make_copy(name: str, made: str, sound: bool) -> None:
    """Copy a film's streams into an mp4, with or without its sound."""
    container_copy.copy(name, made, sound=sound)


#: What a worker may ask for.
WORK: dict[str, Callable[..., Any]] = {
    "facts": stream_facts.read,
    "frame": frame,
    "copy": make_copy,
}


def answered(question: str) -> dict[str, Any]:
    """The answer to one question, `{"facts": {"name": …}}`: its value, or why there is none."""
    ((work, words),) = codec.load(question).items()
    try:
        return {"done": WORK[work](**words)}
    except stream_facts.UNREADABLE as error:
        return {"refused": f"{type(error).__name__}: {error}"[:REFUSAL_LETTERS]}
