"""Makes files: films repacked, sound with its tags and cover, thumbnails. ffmpeg runs where
something is encoded, cut, or put into a film; a child of libav does the rest."""

import base64
import struct
from dataclasses import dataclass
from pathlib import Path

from procs.core import log
from procs.errors import ProcessingFailed, TooLarge
from procs.media import subtitle_files
from procs.media.ffmpeg_run import ffmpeg, source
from procs.media.file_facts import MediaFacts
from procs.media.file_tools import COPYING, FileTools, copy, draw
from procs.media.media_plan import MediaPlan
from procs.wishes.variant import Clip, Variant

#: Seconds that encoding may take.
ENCODING = 3600.0
#: Telegram's limits of a thumbnail.
SIDE, BYTES = 320, 200_000
#: JPEG quality in ffmpeg's scale, a good one first; the second try must be small.
QUALITIES = (4, 20)
COVER_SIDE = 640
#: The longest side of a picture that is drawn as large as it is: the most that a JPEG can have.
UNSCALED = 65_500
#: The front cover among the kinds of pictures, and Linux's limit of one argument of a program.
FRONT, ARGUMENT = 3, 128 * 1024 - 64
#: Of a picture that is encoded anew: hardly to be told from the original, and quick.
PICTURE_ENCODING = {"libx264": ("-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p")}
#: How containers are written, by suffix.
SHAPES = {
    ".mp4": ("-movflags", "+faststart", "-f", "mp4"),
    ".mkv": ("-f", "matroska"),
    ".mp3": ("-id3v2_version", "3", "-f", "mp3"),
    ".m4a": ("-movflags", "+faststart", "-f", "ipod"),
    ".opus": ("-f", "ogg"),
}
#: Encoders' settings: variable rate, about 190 kbit/s; 160 kbit/s.
RATES = {
    "libopus": ("-b:a", "128k"),
    "libmp3lame": ("-q:a", "2"),
    "aac": ("-b:a", "160k"),
    "copy": (),
}


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of a song; `cover` is a picture in the same folder, or None."""

    title: str
    performer: str
    cover: Path | None = None


async def film(
    tools: FileTools, path: Path, plan: MediaPlan, made: Path, *, wish: Variant, words: Path | None
) -> None:
    """The first picture and the first sound, and the subtitles in `words`; the index in front."""
    copied = plan.picture == "copy" and plan.sound in ("", "copy")
    if copied and not (wish.clip or words) and await is_copied(tools, path, plan, made):
        return
    inputs = [*within_time(wish.clip), *source(path)]
    streams = ["-map", "0:v:0", *(["-map", "0:a:0"] if plan.sound else [])]
    if words:
        inputs += [*within_time(wish.clip), *subtitle_files.source(words)]
        streams += subtitle_files.inside(wish.subtitles, 1)
    codecs = ["-c:v", plan.picture, *PICTURE_ENCODING.get(plan.picture, ()), *sounding(plan)]
    tail = ["-avoid_negative_ts", "make_zero", *SHAPES[made.suffix], str(made)]
    timeout = COPYING if copied else ENCODING
    await ffmpeg(tools, made.parent, *inputs, *streams, *codecs, *tail, timeout=timeout)


async def is_copied(tools: FileTools, path: Path, plan: MediaPlan, made: Path) -> bool:
    """Copy a film without ffmpeg. False for one of which ffmpeg has to guess the times of packets,
    or make them."""
    try:
        await copy(tools, path, made, sound=bool(plan.sound))
    except ProcessingFailed as error:
        log.info("film.not-copied", file=path.name, why=error.detail)
        return False
    return True


def within_time(clip: Clip | None) -> list[str]:
    """The part of an input that is read."""
    return ["-ss", str(clip.start), "-to", str(clip.end)] if clip else []


async def song(
    tools: FileTools,
    path: Path,
    plan: MediaPlan,
    made: Path,
    tags: Tags,
    *,
    clip: Clip | None = None,
) -> None:
    """The first sound, with title, artist and cover inside."""
    words = [*within_time(clip), *source(path)]
    streams = ["-map", "0:a:0"]
    named = ["-metadata", f"title={tags.title}", "-metadata", f"artist={tags.performer}"]
    if tags.cover and made.suffix == ".opus":
        named += await block(tools, tags.cover, made.with_name("block.jpg"))
    elif tags.cover:
        words += source(tags.cover)
        streams += ["-map", "1:v:0", *covering()]
    tail = [*sounding(plan), *named, *SHAPES[made.suffix], str(made)]
    await ffmpeg(tools, made.parent, *words, *streams, *tail, timeout=ENCODING)


async def block(tools: FileTools, cover: Path, drawing: Path) -> list[str]:
    """A cover for a container that has no pictures: as a tag, in the form that FLAC gave it
    (xiph.org, VorbisComment, METADATA_BLOCK_PICTURE)."""
    if not await shrunk(tools, cover, drawing):
        return []
    await tools.seal()
    body = drawing.read_bytes()
    drawing.unlink()
    kind = b"image/jpeg"
    head = struct.pack(">II", FRONT, len(kind)) + kind + struct.pack(">IIIII", *[0] * 5)
    text = base64.b64encode(head + struct.pack(">I", len(body)) + body).decode()
    return ["-metadata", f"METADATA_BLOCK_PICTURE={text}"] if len(text) < ARGUMENT else []


def sounding(plan: MediaPlan) -> list[str]:
    """The words for ffmpeg about the sound; none where a plan leaves it out."""
    return ["-c:a", plan.sound, *RATES[plan.sound]] if plan.sound else []


def covering() -> list[str]:
    """The second input's picture as the cover of the first."""
    scale = f"scale='min({COVER_SIDE},iw)':-2"
    return ["-c:v", "mjpeg", "-vf", scale, "-disposition:v:0", "attached_pic"]


async def frame(tools: FileTools, path: Path, facts: MediaFacts, made: Path) -> str:
    """A thumbnail from a film's beginning, after its fade-in. Returns its path, or nothing."""
    assert facts.picture is not None
    box = within(facts.picture.width, facts.picture.height)
    return await drawn(tools, path, made, round(min(3.0, facts.duration / 10), 2), box)


async def shrunk(tools: FileTools, path: Path, made: Path) -> str:
    """A thumbnail of a cover picture. Returns its path, or nothing."""
    return await drawn(tools, path, made, 0.0, (SIDE, 0))


async def drawn(tools: FileTools, path: Path, made: Path, at: float, box: tuple[int, int]) -> str:
    """One picture as a JPEG within Telegram's limits. A thumbnail that cannot be made is no reason
    to fail: the film is shown without."""
    for quality in QUALITIES:
        try:
            await draw(tools, path, made, at=at, box=box, quality=quality)
        except (ProcessingFailed, TooLarge) as error:
            log.warning("thumbnail.failed", file=path.name, why=error.detail)
            return ""
        if made.exists() and 0 < made.lstat().st_size < BYTES:
            return str(made)
    return ""


async def photo(tools: FileTools, path: Path, made: Path) -> bool:
    """A JPEG of a picture in another form, as large. False when it cannot be made."""
    try:
        await draw(tools, path, made, at=0.0, box=(UNSCALED, 0), quality=2)
    except (ProcessingFailed, TooLarge) as error:
        log.warning("photo.failed", file=path.name, why=error.detail)
        return False
    return made.is_file() and made.lstat().st_size > 0


def within(width: int, height: int, side: int = SIDE) -> tuple[int, int]:
    """The size scaled down to fit a square, in even numbers."""
    scale = min(1.0, side / max(width, height, 1))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)
