"""A job's files, one after the other: look, decide, make, check, name."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from procs.errors import ProcessingFailed, TooLarge
from procs.filenames import fit, mime, title_name
from procs.job import File
from procs.media import boxes, making, pictures, planning
from procs.media.facts import Facts
from procs.media.making import Tags
from procs.media.planning import Plan
from procs.media.probing import probe
from procs.media.programs import Run
from procs.variant import Variant, parse

#: A file with such a name that cannot be read is broken, or a trap, and no document.
SURELY_MEDIA = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".mp3", ".m4a")
#: What may be missing of a promised duration: players round, and sites do.
SHORT, ROUNDING = 0.9, 2.0


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be made in which folder."""

    run: Run
    folder: Path
    wish: Variant
    tags: Tags
    duration: float
    limit: int


async def prepare(
    run: Run,
    folder: Path,
    files: Sequence[str],
    *,
    variant: str,
    title: str,
    performer: str = "",
    cover: str = "",
    max_file_size: int,
    duration: float = 0.0,
) -> list[File]:
    """The files that go to the chat, with all facts, in the same folder.

    `duration` is what the site promised (seconds), 0 when it said nothing. Raises ProcessingFailed
    (also for a film that is shorter than promised), TooLarge, NoSuchVariant, DiskFull, TimedOut.
    """
    folder = folder.resolve()
    tags = Tags(title, performer, folder / cover if cover else None)
    task = Task(run, folder, parse(variant), tags, duration, max_file_size)
    ready = [await prepared(task, folder / name, place) for place, name in enumerate(files)]
    for file in ready:
        if file.size > max_file_size:
            raise TooLarge(f"{file.name}: {file.size} bytes, limit {max_file_size}")
    return ready


async def prepared(task: Task, path: Path, place: int) -> File:
    """One file. `place` tells files of one job apart while they are made."""
    if pictures.is_still(path) and not task.wish.sound:
        return document(path) if task.wish.form == "file" else still(path)
    facts = await probe(task.run, task.folder, path)
    streamable = bool(facts and facts.container.startswith("mov") and boxes.is_streamable(path))
    plan = planning.plan(facts, wish=task.wish, streamable=streamable)
    if facts is None and path.suffix.lower() in SURELY_MEDIA:
        raise ProcessingFailed(f"{path.name} cannot be read")
    if facts is None or plan.kind == "document":
        return document(path)
    if plan.untouched:
        path = renamed(path, finest(task, facts, path, plan))
    else:
        path, facts = await made(task, path, plan, facts, place)
    check(facts, plan, task.duration)
    return await described(task, path, plan, facts, place)


async def made(task: Task, path: Path, plan: Plan, facts: Facts, place: int) -> tuple[Path, Facts]:
    """The new file under its final name, the old one gone, and what it turned out to be."""
    fresh = task.folder / f"made-{place}{plan.suffix}"
    name = finest(task, facts, path, plan)
    if plan.kind == "video":
        await making.film(task.run, path, plan, fresh)
    else:
        await making.song(task.run, path, plan, fresh, spoken(task, facts))
    path.unlink()
    result = await probe(task.run, task.folder, fresh)
    if result is None:
        raise ProcessingFailed(f"what was made of {path.name} is no media")
    return renamed(fresh, name), result


def check(facts: Facts, plan: Plan, promised: float) -> None:
    """The file is what it should be, whatever the programs said. Raises ProcessingFailed."""
    if plan.kind == "video" and facts.picture is None:
        raise ProcessingFailed("no picture in it")
    if plan.kind == "audio" and not facts.sound:
        raise ProcessingFailed("no sound in it")
    if promised and facts.duration < promised * SHORT - ROUNDING:
        raise ProcessingFailed(f"{facts.duration:.1f} s of {promised:.1f} s promised")


async def described(task: Task, path: Path, plan: Plan, facts: Facts, place: int) -> File:
    """A film or a song with its facts and its thumbnail."""
    picture = facts.picture if plan.kind == "video" else None
    tags = spoken(task, facts) if plan.kind == "audio" else task.tags
    thumbnail = task.folder / f"thumbnail-{place}.jpg"
    if picture:
        drawn = await making.frame(task.run, path, facts, thumbnail)
    elif tags.cover or facts.cover:
        drawn = await making.shrunk(task.run, tags.cover or path, thumbnail)
    else:
        drawn = ""
    return File(
        path=str(path),
        kind=plan.kind,
        name=path.name,
        mime=type_of(path),
        size=path.stat().st_size,
        duration=round(facts.duration, 3),
        width=picture.width if picture else 0,
        height=picture.height if picture else 0,
        silent=bool(picture and not facts.sound),
        title=tags.title,
        performer=tags.performer if plan.kind == "audio" else "",
        thumbnail=drawn,
    )


def spoken(task: Task, facts: Facts) -> Tags:
    """A song's title and artist: the site's words, else the file's own tags."""
    if task.tags.performer or not facts.title:
        return task.tags
    return Tags(facts.title, facts.artist, task.tags.cover)


def finest(task: Task, facts: Facts, path: Path, plan: Plan) -> str:
    """The name that the file will bear in the chat."""
    title = spoken(task, facts).title if plan.kind == "audio" else task.tags.title
    return title_name(title or path.stem, plan.suffix or path.suffix)


def renamed(path: Path, name: str) -> Path:
    return path.rename(path.with_name(name))


def still(path: Path) -> File:
    """A picture: a photo where Telegram takes it as one, else a document."""
    size = pictures.photo_size(path)
    if size is None:
        return document(path)
    width, height = size
    return File(
        path=str(path),
        kind="photo",
        name=fit(path.name),
        mime=type_of(path),
        size=path.stat().st_size,
        width=width,
        height=height,
    )


def document(path: Path) -> File:
    """Anything else, as it is, under its real name."""
    return File(
        path=str(path),
        kind="document",
        name=fit(path.name),
        mime=type_of(path),
        size=path.stat().st_size,
        title="",
    )


def type_of(path: Path) -> str:
    return mime(path.name) or "application/octet-stream"
