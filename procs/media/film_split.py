"""Splits a film over the size limit at its key frames into parts that play by themselves.

Nothing is encoded anew, so a part is a little longer or shorter than its fellows.
"""

import math
from collections.abc import Sequence
from pathlib import Path

from procs.errors import ProcessingFailed, TooLarge
from procs.media.ffmpeg_run import ffmpeg, source
from procs.media.file_facts import MediaFacts
from procs.media.file_tools import COPYING, FileTools, probe
from procs.media.media_plan import MediaPlan
from procs.media.remux import ENCODING
from procs.records.media_records import parts_of
from procs.wishes.filenames import shorten

#: How often it is tried with more parts, when one came out too large.
TRIES = 4
#: Seconds by which the parts together may differ from the whole, and each of them.
ROUNDING, JOINT = 1.0, 0.2
#: Bytes of a part's title, so that the number behind it always stays.
TITLE_BYTES = 140
#: How the segments of such a file are written, by suffix.
FORMATS = {
    ".mp4": ("mp4", "movflags=+faststart"),
    ".m4v": ("mp4", "movflags=+faststart"),
    ".mov": ("mov", "movflags=+faststart"),
    ".m4a": ("ipod", "movflags=+faststart"),
    ".webm": ("webm", ""),
    ".mkv": ("matroska", ""),
    ".mp3": ("mp3", ""),
    ".opus": ("ogg", ""),
    ".ogg": ("ogg", ""),
}


def titled(title: str, place: int, of: int) -> str:
    """The title of one part, numbered from 1; an only one has no number."""
    return title if of == 1 else f"{shorten(title, TITLE_BYTES)} ({place} of {of})"


async def split(
    tools: FileTools, path: Path, plan: MediaPlan, facts: MediaFacts, *, limit: int, most: int
) -> list[tuple[Path, MediaFacts]]:
    """The parts in order, each probed; the whole stays. There is only one when a copy fits: a file
    may be padded with what no player shows, which no copy has. Raises TooLarge when it takes more
    than `most` of them, or cannot be cut; ProcessingFailed when something is missing."""
    suffix = plan.suffix or path.suffix.lower()
    number = parts_of(path.stat().st_size, limit)
    if suffix not in FORMATS or not facts.duration:
        raise TooLarge(f"{path.name}: {path.stat().st_size} bytes, limit {limit}, not to be cut")
    for turn in range(TRIES):
        if turn and number > most:
            raise TooLarge(f"{path.name}: {number} parts, limit {most}")
        number = min(number, most)
        made = await cut(tools, path, plan, suffix, joints(facts.duration, number))
        sizes = [part.stat().st_size for part in made]
        largest, needed = max(sizes, default=0), parts_of(sum(sizes), limit)
        if turn == 0 and needed < len(made):
            number = needed
            continue
        if largest <= limit:
            return await checked(tools, made, facts)
        number = max(number + 1, math.ceil(number * largest / limit))
    raise TooLarge(f"{path.name}: a part of {largest} bytes, limit {limit}")


def joints(duration: float, number: int) -> str:
    """The seconds at which to cut into so many equal parts, as ffmpeg wants them; none for one."""
    return ",".join(f"{duration * place / number:.3f}" for place in range(1, number))


async def cut(
    tools: FileTools, path: Path, plan: MediaPlan, suffix: str, places: str
) -> list[Path]:
    """Cut at the key frames that follow the `places`; where there are none, copy the whole."""
    for stale in parts(path.parent, suffix):
        stale.unlink()
    form, options = FORMATS[suffix]
    if places:
        words = ["-f", "segment", "-segment_times", places, "-reset_timestamps", "1"]
        words += ["-segment_format", form]
        words += ["-segment_format_options", options] if options else []
    else:
        words = [*(["-movflags", "+faststart"] if options else []), "-f", form]
    timeout = ENCODING if plan.sound not in ("", "copy") else COPYING
    to = str(path.parent / f"part-{'%03d' if places else '000'}{suffix}")
    await ffmpeg(tools, path.parent, *source(path), *streams(plan), *words, to, timeout=timeout)
    return parts(path.parent, suffix)


def parts(folder: Path, suffix: str) -> list[Path]:
    """The parts that a split has written, in order."""
    return sorted(folder.glob(f"part-[0-9][0-9][0-9]{suffix}"))


def streams(plan: MediaPlan) -> list[str]:
    """What goes into a part: a film's first picture and sound, of other files all they have."""
    if plan.kind == "video":
        return ["-map", "0:v:0", "-map", "0:a:0?", "-c:v", "copy", "-c:a", plan.sound or "copy"]
    return ["-map", "0:V?", "-map", "0:a?", "-c", "copy"]


async def checked(
    tools: FileTools, made: Sequence[Path], whole: MediaFacts
) -> list[tuple[Path, MediaFacts]]:
    """The parts with their facts. Raises ProcessingFailed when one is broken or time is lost."""
    told = []
    for part in made:
        facts = await probe(tools, part)
        if facts is None or bool(facts.picture) != bool(whole.picture):
            raise ProcessingFailed(f"{part.name} cannot be read")
        told.append((part, facts))
    together = sum(facts.duration for _, facts in told)
    if abs(together - whole.duration) > ROUNDING + JOINT * len(told):
        raise ProcessingFailed(f"{together:.1f} s in parts, {whole.duration:.1f} s in one")
    return told
