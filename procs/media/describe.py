"""Describes finished files as records: facts, names, thumbnails."""

from dataclasses import dataclass
from pathlib import Path

from procs.media import pictures, remux
from procs.media.file_facts import MediaFacts
from procs.media.file_tools import FileTools
from procs.media.media_plan import MediaPlan
from procs.media.remux import Tags
from procs.records.job import File
from procs.wishes.filenames import fit, mime
from procs.wishes.variant import Variant


@dataclass(frozen=True, slots=True)
class PrepareTask:
    """What is to be made in which folder: files of `limit` bytes, a film in at most `parts`; so
    many seconds of it may be encoded anew."""

    tools: FileTools
    folder: Path
    wish: Variant
    tags: Tags
    duration: float
    limit: int
    parts: int
    words: Path | None = None
    encode: float = 0.0

    @property
    def lasting(self) -> float:
        """Seconds that the finished media should last; 0 unknown."""
        clip = self.wish.clip
        if not clip:
            return self.duration
        return max(0.0, min(self.duration, clip.end) - clip.start)


async def described(
    task: PrepareTask, path: Path, plan: MediaPlan, facts: MediaFacts, mark: str
) -> File:
    """A film or a song with its facts and its thumbnail; `mark` tells files of one job apart."""
    picture = facts.picture if plan.kind == "video" else None
    tags = spoken(task, facts) if plan.kind == "audio" else task.tags
    return File(
        path=str(path),
        kind=plan.kind,
        name=path.name,
        mime=type_of(path),
        size=path.lstat().st_size,
        duration=round(facts.duration, 3),
        width=picture.width if picture else 0,
        height=picture.height if picture else 0,
        silent=bool(picture and not facts.sound),
        title=tags.title,
        performer=tags.performer if plan.kind == "audio" else "",
        thumbnail=await thumbnail(task, path, plan, facts, mark),
    )


async def thumbnail(
    task: PrepareTask, path: Path, plan: MediaPlan, facts: MediaFacts, mark: str
) -> str:
    """The path of the small picture that the chat shows, or nothing."""
    drawing = task.folder / f"thumbnail-{mark}.jpg"
    if plan.kind == "video" and facts.picture:
        return await remux.frame(task.tools, path, facts, drawing)
    if task.tags.cover or facts.cover:
        return await remux.shrunk(task.tools, task.tags.cover or path, drawing)
    return ""


def spoken(task: PrepareTask, facts: MediaFacts) -> Tags:
    """A song's title and artist: the site's words, else the file's own tags."""
    if task.tags.performer or not facts.title:
        return task.tags
    return Tags(facts.title, facts.artist, task.tags.cover)


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
        size=path.lstat().st_size,
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
        size=path.lstat().st_size,
        title="",
    )


def type_of(path: Path) -> str:
    """The MIME type by the name of a file."""
    return mime(path.name) or "application/octet-stream"
