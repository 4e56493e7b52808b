"""The disk under our files: its free bytes, the weight of a folder, and how to delete one."""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import inf
from pathlib import Path

from procs.core.machine import machine_name

MIB = 1024**2
#: Bytes of a block as stat(2) counts them.
BLOCK = 512
#: What helps against an error of the file system.
HELP = {
    **dict.fromkeys((errno.EACCES, errno.EPERM), "see that it belongs to the user that runs this"),
    **dict.fromkeys(
        (errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENXIO, errno.ENODEV),
        "something else lies there; move it away",
    ),
    errno.ELOOP: "a link there leads to itself; remove it",
    errno.ENOENT: "see that its folder is there",
    # To a unit of systemd every other folder is read-only (ProtectSystem=strict).
    errno.EROFS: "that disk is mounted read-only; mount it writable, or as a service allow that "
    "folder: systemctl edit chapar, ReadWritePaths=",
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "free space on that disk"),
    errno.EIO: "that disk fails; see dmesg",
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), "raise the limit of open files (ulimit -n)"),
    errno.EFBIG: "raise the limit of a file's size (ulimit -f)",
    errno.ENOMEM: "free memory",
    errno.ENAMETOOLONG: "give it a shorter name",
}
#: What helps where nobody can know what the cause is, as with a connection that broke.
LOOK = "chapar doctor looks for the cause"


def help_of(error: OSError) -> str:
    """What helps against an error of the file system; where to look where nothing is known."""
    return HELP.get(error.errno or 0, LOOK)


@contextmanager
def named(path: Path) -> Iterator[None]:
    """A write that fails inside names the file, as a failed open does by itself."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise


def host() -> str:
    """The machine whose disk it is, as workers' rows name it."""
    return machine_name.name()


def free(folder: Path) -> int:
    """Bytes that this user may still write under a folder."""
    return shutil.disk_usage(folder).free


def whole(folder: Path) -> int:
    """Bytes of the file system that a folder lies on."""
    return shutil.disk_usage(folder).total


def is_apart(folder: Path, home: Path) -> bool:
    """Whether a folder of the home has a disk of its own, by a mount or a link."""
    try:
        return folder.stat().st_dev != home.stat().st_dev
    except OSError:
        return False


def held(folder: Path, *, each: int = 0, deepest: float = inf) -> float:
    """Bytes on the disk of everything below a folder, and so many for `each` file; infinitely many
    where folders lie deeper than may be read. Files that vanish meanwhile count nothing."""
    total, waiting = 0, [(str(folder), 0)]
    while waiting:
        here, depth = waiting.pop()
        if depth > deepest:
            return inf
        for entry in entries(here):
            if entry.is_dir(follow_symlinks=False):
                waiting.append((entry.path, depth + 1))
            else:
                with suppress(FileNotFoundError):
                    total += each + entry.stat(follow_symlinks=False).st_blocks * BLOCK
    return total


def entries(folder: str) -> list[os.DirEntry[str]]:
    """The entries of a folder; none when it cannot be read, or is gone."""
    with suppress(OSError), os.scandir(folder) as found:
        return list(found)
    return []


def text(path: Path) -> str:
    """The text of a file. A pipe, of which a reader would wait for ever, is none. Raises OSError,
    UnicodeDecodeError."""
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(errno.ENXIO, "not a file", str(path))
        with open(file, encoding="utf-8", closefd=False) as stream:
            return stream.read()
    finally:
        os.close(file)


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def opened(path: Path) -> int:
    """A descriptor of a plain file, opened for reading, not through a link. The writer of the
    folder is not trusted: a link would lead elsewhere, and a pipe would block us. Raises
    OSError."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(f"{path.name} is no file")
    return file


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it; one that forbids it by its mode is given
    another mode first. Raises FileNotFoundError when there is none, OSError when it stays."""
    try:
        _remove(path)
    except PermissionError:
        unlock(path)
        _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def unlock(path: Path) -> None:
    """Let the owner into every folder below a path, from the top down."""
    if path.is_symlink() or not path.is_dir():
        return
    path.chmod(stat.S_IRWXU)
    for entry in path.iterdir():
        unlock(entry)
