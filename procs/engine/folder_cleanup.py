"""Removes links, pipes and other non-files from a child's folder before a process outside the jail
opens it.

Where the kernel has Landlock a child can make nothing but files and folders; elsewhere it can make
links, which would lead who opens them to other files, and pipes, at which one waits for ever.
"""

import os
from contextlib import suppress
from itertools import count
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from procs.core import disk, log

#: Bytes of a program's output that are kept: its end.
OUTPUT_KEPT = disk.MIB
#: Folders in folders: more than any program makes, less than what chokes those who remove them.
DEEP = 16
#: Bytes that a file takes beside its content.
PLACE = 4096


def tidy(folder: Path, depth: int = 0) -> None:
    """Remove what is neither a file nor a folder, and folders that lie too deep; make what stays
    removable. For when nothing runs in there any more."""
    for entry in entries(folder):
        path, mode = Path(entry.path), entry.stat(follow_symlinks=False).st_mode
        if S_ISREG(mode):
            continue
        if not S_ISDIR(mode):
            log.warning("child.left-odd", path=path)
            path.unlink()
        elif depth < DEEP:
            path.chmod(0o700)
            tidy(path, depth + 1)
        else:
            log.warning("child.left-deep", path=path)
            uproot(path)


def entries(folder: Path) -> list[os.DirEntry[str]]:
    """What lies in a folder; nothing where it is gone."""
    with suppress(FileNotFoundError), os.scandir(folder) as found:
        return list(found)
    return []


def uproot(folder: Path) -> None:
    """Remove a folder however deep it is: what lies in it is brought up first, so that no path
    grows too long and nothing is called within itself."""
    names = count()
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        here.chmod(0o700)
        for entry in entries(here):
            if entry.is_dir(follow_symlinks=False):
                up = folder.parent / f".deep-{os.getpid()}-{next(names)}"
                waiting.append(Path(entry.path).rename(up))
            else:
                os.unlink(entry.path)
        here.rmdir()


def weight(folder: Path) -> float:
    """Bytes that everything in a folder takes on the disk. A file costs its place too, so that many
    empty ones are not free, and folders that lie too deep to be looked into outweigh everything."""
    return disk.held(folder, each=PLACE, deepest=DEEP)


def taken(path: Path) -> bytes:
    """The end of a file, which is deleted; nothing when there is none."""
    try:
        with open(path, "rb") as source:
            source.seek(max(0, path.stat().st_size - OUTPUT_KEPT))
            end = source.read()
        path.unlink()
    except FileNotFoundError:
        return b""
    return end
