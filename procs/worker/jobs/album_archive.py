"""The files of a post as one ZIP: stored as they are, since media do not get smaller, in as many
archives as the upload limit asks for, each of which opens by itself."""

import errno
import os
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

from procs.errors import DiskFull
from procs.media.describe import document
from procs.records.job import File
from procs.wishes.filenames import NAME_BYTES, fit, free, shorten, split, title_name

#: Bytes that a file costs an archive beside its own and its name twice (APPNOTE.TXT 4.3: both of
#: its headers, with the fields of Zip64), and those of the end of an archive.
HEADERS, DIRECTORY_END = 256, 256
#: The oldest date that an archive can name: what a file's clock says is nobody's business.
DATE = (1980, 1, 1, 0, 0, 0)
#: Bytes that are copied at once.
PIECE = 1 << 20


def packed(folder: Path, names: Sequence[str], *, title: str, limit: int) -> list[File]:
    """Move these files of a folder into archives of at most `limit` bytes. Each is deleted as soon
    as it is in one, so the disk never holds two copies of more than one. What leaves no room for
    an archive around it stays as it is. Raises DiskFull."""
    inside = {name: inner(place, name) for place, name in enumerate(names, 1)}
    groups = shared_out(folder, inside, limit)
    archives = sum(cost(folder, inside, group) <= limit for group in groups)
    made, number = [], 0
    try:
        for group in groups:
            if cost(folder, inside, group) > limit:
                made.append(document(folder / group[0]))
                continue
            number += 1
            path = free(folder / named(title, number, archives))
            store(path, [(folder / name, inside[name]) for name in group])
            made.append(document(path))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise DiskFull("no room for an archive") from error
    return made


def named(title: str, number: int, count: int) -> str:
    """The name of an archive, with its number where there are several."""
    mark = f" ({number} of {count})" if count > 1 else ""
    return title_name(shorten(title or "media", NAME_BYTES // 2) + mark, ".zip")


def inner(place: int, name: str) -> str:
    """The name of a file in its archive: numbered, so that it is unlike all others and none comes
    before the one it follows; no path, whatever the name says."""
    stem, suffix = split(fit(name) or "file")
    return f"{place:02} {shorten(stem, NAME_BYTES // 2)}{suffix}"


def shared_out(folder: Path, inside: dict[str, str], limit: int) -> list[list[str]]:
    """The files in their order, as many together as fit one archive."""
    groups: list[list[str]] = []
    for name in inside:
        if groups and cost(folder, inside, [*groups[-1], name]) <= limit:
            groups[-1].append(name)
        else:
            groups.append([name])
    return groups


def cost(folder: Path, inside: dict[str, str], group: Sequence[str]) -> int:
    """The bytes that an archive of these files has at most."""
    each = ((folder / one).stat().st_size + 2 * len(inside[one].encode()) for one in group)
    return DIRECTORY_END + sum(size + HEADERS for size in each)


def store(path: Path, files: Sequence[tuple[Path, str]]) -> None:
    """Write one ZIP of files, each deleted when it is in, so that the disk holds them once. Raises
    OSError."""
    with zipfile.ZipFile(path, "x", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for source, name in files:
            facts = zipfile.ZipInfo(name, DATE)
            facts.external_attr, facts.file_size = 0o644 << 16, source.stat().st_size
            with open(source, "rb") as given, archive.open(facts, "w") as taken:
                shutil.copyfileobj(given, taken, PIECE)
            os.unlink(source)
