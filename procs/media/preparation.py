"""Prepares a job's files one by one: probe, plan, convert, check, split, name."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from procs.errors import CutShort, ProcessingFailed, TooLarge
from procs.media import film_split, media_plan, mp4_boxes, pictures, remux, subtitle_files
from procs.media.describe import PrepareTask, described, document, spoken, still
from procs.media.file_facts import MediaFacts
from procs.media.file_tools import FileTools, probe
from procs.media.media_plan import MediaPlan
from procs.media.remux import Tags
from procs.records.job import File
from procs.wishes.filenames import free, title_name
from procs.wishes.variant import parse

#: A file with such a name that cannot be read is broken, or a trap, and no document.
SURELY_MEDIA = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".mp3", ".m4a")
#: The part of a promised duration that may be missing: players round, and sites do.
SHORT, ROUNDING = 0.9, 2.0


async def prepare(
    tools: FileTools,
    folder: Path,
    files: Sequence[str],
    *,
    variant: str,
    title: str,
    performer: str = "",
    cover: str = "",
    max_file_size: int,
    titles: Sequence[str] = (),
    durations: Sequence[float] = (),
    parts: int = 1,
    subtitles: str = "",
    encode: float = 0.0,
) -> list[File]:
    """The files that go to the chat, with all facts, in the same folder. A film over the limit
    is cut into at most so many `parts`, in their order. `subtitles` go into the film, or, where it
    has no place for them, beside it.

    `durations` are what the site promised of each file (seconds), 0 where it said nothing; `titles`
    their own, where there are several. So many seconds may be encoded anew (`encode`). Raises
    ProcessingFailed (also for a film that is shorter than promised), TooLarge, NoSuchVariant,
    NotEncoded, DiskFull, TimedOut.
    """
    folder = folder.resolve()
    tags = Tags(title, performer, folder / cover if cover else None)
    words = folder / subtitles if subtitles else None
    wish = parse(variant)
    task = PrepareTask(tools, folder, wish, tags, 0.0, max_file_size, parts, words, encode)
    ready = await each(task, files, titles, durations)
    await tools.seal()
    for file in ready:
        confirm(file)
        if file.size > max_file_size:
            raise TooLarge(f"{file.name}: {file.size} bytes, limit {max_file_size}")
    return ready


async def each(
    task: PrepareTask, files: Sequence[str], titles: Sequence[str], durations: Sequence[float]
) -> list[File]:
    """What becomes of all of them."""
    ready: list[File] = []
    if task.wish.words_alone:
        ready.append(await alone(task, task.folder / files[0]))
        files = files[1:]
    for place, name in enumerate(files):
        one = of_file(task, place, titles if len(titles) == len(files) > 1 else (), durations)
        ready += await prepared(one, task.folder / name, str(place))
    return ready


def confirm(file: File) -> None:
    """Nothing that was judged while a child could still write became something else. Raises
    ProcessingFailed."""
    drawing = Path(file.thumbnail) if file.thumbnail else None
    if not is_sealed(Path(file.path), file.size) or (drawing and not is_sealed(drawing)):
        raise ProcessingFailed(f"{file.name} was changed after it was judged")


def is_sealed(path: Path, size: int | None = None) -> bool:
    """Whether it is a plain file of so many bytes; a thumbnail of as many as Telegram takes."""
    if path.is_symlink() or not path.is_file():
        return False
    there = path.lstat().st_size
    return there == size if size is not None else 0 < there < remux.BYTES


def of_file(
    task: PrepareTask, place: int, titles: Sequence[str], durations: Sequence[float]
) -> PrepareTask:
    """The task of one file among several: its own title, and the duration that was promised."""
    tags = replace(task.tags, title=titles[place]) if titles else task.tags
    return replace(task, tags=tags, duration=durations[place] if place < len(durations) else 0.0)


async def prepared(task: PrepareTask, path: Path, mark: str) -> list[File]:
    """What becomes of one file. `mark` tells files of one job apart while they are made."""
    if pictures.is_still(path) and not task.wish.sound:
        return [document(path) if task.wish.is_document else await pictured(task, path, mark)]
    if mp4_boxes.is_cut(path):
        raise CutShort(f"{path.name} ends within its data")
    facts = await probe(task.tools, path)
    streamable = bool(facts and facts.container.startswith("mov") and mp4_boxes.is_streamable(path))
    plan = media_plan.plan(facts, wish=task.wish, streamable=streamable, encode=task.encode)
    if facts is None and path.suffix.lower() in SURELY_MEDIA:
        raise ProcessingFailed(f"{path.name} cannot be read")
    if facts is None:
        return [document(path)]
    if is_short(facts, task.duration):
        raise CutShort(f"{facts.duration:.1f} s of {task.duration:.1f} s promised")
    task = replace(task, duration=task.duration or facts.duration)
    check(facts, plan, task.duration)
    beside = []
    if task.words and (task.wish.beside or plan.kind == "document" or is_over(task, path)):
        beside = [await alone(task, task.words)]
        task = replace(task, words=None)
    return [*await formed(task, path, plan, facts, mark), *beside]


async def pictured(task: PrepareTask, path: Path, mark: str) -> File:
    """A still picture as the chat shows it; one in a newer form as a JPEG of the same name, where
    that is a photo to Telegram."""
    fresh = task.folder / f"made-{mark}.jpg"
    if pictures.is_unshown(path) and await remux.photo(task.tools, path, fresh):
        if pictures.photo_size(fresh):
            path.unlink()
            return still(renamed(fresh, path.with_suffix(".jpg").name))
        fresh.unlink()
    return still(path)


async def formed(
    task: PrepareTask, path: Path, plan: MediaPlan, facts: MediaFacts, mark: str
) -> list[File]:
    """A film, a song, or a media that is sent as a document."""
    copied = plan.kind != "audio" and plan.picture in ("", "copy")
    if is_over(task, path) and copied and not task.wish.clip:
        return await in_parts(task, path, plan, facts, mark)
    if plan.kind == "document" and plan.untouched:
        return [document(path)]
    return await whole(task, path, plan, facts, mark)


async def alone(task: PrepareTask, path: Path) -> File:
    """The words as a file of their own, named after their media and their language."""
    name = title_name(task.tags.title or path.stem, f".{task.wish.subtitles}.srt")
    return document(await subtitle_files.as_srt(task.tools, path, path.with_name(name)))


async def whole(
    task: PrepareTask, path: Path, plan: MediaPlan, facts: MediaFacts, mark: str
) -> list[File]:
    """A film that fits, or a song; what grew over the limit is cut after all."""
    if plan.untouched:
        path = renamed(path, finest(task, facts, path, plan))
    else:
        path, facts = await made(task, path, plan, facts, mark)
    if is_over(task, path):
        copied = replace(plan, picture="copy", sound="copy")
        return await in_parts(task, path, copied, facts, mark)
    check(facts, plan, task.lasting)
    if plan.kind == "document":
        return [document(path)]
    return [await described(task, path, plan, facts, mark)]


def is_over(task: PrepareTask, path: Path) -> bool:
    """Whether a file is larger than what Telegram takes of this bot."""
    return path.lstat().st_size > task.limit


async def in_parts(
    task: PrepareTask, path: Path, plan: MediaPlan, facts: MediaFacts, mark: str
) -> list[File]:
    """The parts of one that is too large, numbered in their names and titles."""
    cuts = await film_split.split(task.tools, path, plan, facts, limit=task.limit, most=task.parts)
    title = title_of(task, facts, path, plan)
    path.unlink()
    files = []
    for number, (part, told) in enumerate(cuts, 1):
        tags = replace(spoken(task, facts), title=film_split.titled(title, number, len(cuts)))
        named = renamed(part, title_name(tags.title, part.suffix))
        if plan.kind == "document":
            files.append(document(named))
        else:
            one = replace(task, tags=tags)
            files.append(await described(one, named, plan, told, f"{mark}-{number}"))
    return files


async def made(
    task: PrepareTask, path: Path, plan: MediaPlan, facts: MediaFacts, mark: str
) -> tuple[Path, MediaFacts]:
    """The new file under its final name, with its facts; the old one is deleted."""
    fresh = task.folder / f"made-{mark}{plan.suffix}"
    name = finest(task, facts, path, plan)
    if plan.kind == "audio":
        tags = spoken(task, facts)
        await remux.song(task.tools, path, plan, fresh, tags, clip=task.wish.clip)
    else:
        await remux.film(task.tools, path, plan, fresh, wish=task.wish, words=task.words)
    path.unlink()
    result = await probe(task.tools, fresh)
    if result is None:
        raise ProcessingFailed(f"what was made of {path.name} is no media")
    return renamed(fresh, name), result


def check(facts: MediaFacts, plan: MediaPlan, promised: float) -> None:
    """The file is what it should be, whatever the programs said. Raises ProcessingFailed."""
    if plan.kind == "video" and facts.picture is None:
        raise ProcessingFailed("no picture in it")
    if plan.kind == "audio" and not facts.sound:
        raise ProcessingFailed("no sound in it")
    if is_short(facts, promised):
        raise ProcessingFailed(f"{facts.duration:.1f} s of {promised:.1f} s promised")


def is_short(facts: MediaFacts, promised: float) -> bool:
    """Whether a file lasts much less than was promised, in seconds; nothing is for no promise."""
    return facts.duration < promised * SHORT - ROUNDING


def finest(task: PrepareTask, facts: MediaFacts, path: Path, plan: MediaPlan) -> str:
    """The name that the file will bear in the chat."""
    return title_name(title_of(task, facts, path, plan), plan.suffix or path.suffix)


def title_of(task: PrepareTask, facts: MediaFacts, path: Path, plan: MediaPlan) -> str:
    """The title that the media gets: from the tags, else the name of the file."""
    return (spoken(task, facts).title if plan.kind == "audio" else task.tags.title) or path.stem


def renamed(path: Path, name: str) -> Path:
    """The file under another name; under one like it when another file of the job has that."""
    return path if path.name == name else path.rename(free(path.with_name(name)))
