"""Writes settings into a `.env` file: whole or not at all, and for nobody else to read."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from daemon.command_error import Refusal
from daemon.console import package_files
from procs import config
from procs.config import setting_sources
from procs.core import disk

#: What a new file may: this user alone. One that is there keeps its own, without others' rights.
NEW_MODE, KEPT_MODE = 0o600, 0o640


def require_place(path: Path) -> None:
    """Raises Refusal where no file can be written, before anything is asked. What is there and is
    no file, as /dev/null, would be replaced by one."""
    real = Path(os.path.realpath(path))
    folder = real.parent
    if not folder.is_dir() or (os.path.lexists(real) and not real.is_file()):
        raise Refusal(f"{path} cannot be a file; name one in a folder that is there (--file)")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Refusal(f"this user may not write in {folder}; name another file (--file)")


def version(path: Path) -> tuple[int, int] | None:
    """What differs between the file before a write and after it; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def texts(path: Path) -> dict[str, str]:
    """The settings of a file that is there. Raises Refusal when it is no text."""
    if not path.exists():
        return {}
    found, wrong = setting_sources.env_texts({}, path, config.NAMES)
    if not found and any("cannot be read" in one for one in wrong):
        raise Refusal(wrong[0])
    return found


def write(path: Path, given: Mapping[str, str]) -> None:
    """Put these settings into the file, or into a copy of the example where there is none. A link
    is followed: its file is written."""
    real = Path(os.path.realpath(path))
    there = real.stat() if real.exists() else None
    # An editor of Windows may have put its mark before the first name.
    text = real.read_text(encoding="utf-8-sig") if there else example()
    for name, value in given.items():
        text = with_line(text, name, value)
    fresh = real.with_name(f".{real.name}.new")
    fresh.unlink(missing_ok=True)
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, NEW_MODE)
    try:
        # One write may end early on a full disk.
        with disk.named(real), os.fdopen(os.dup(file), "wb") as whole:
            whole.write(text.encode())
        if there:
            if (there.st_uid, there.st_gid) != (os.geteuid(), os.getegid()):
                os.chown(file, there.st_uid, there.st_gid)
            os.fchmod(file, there.st_mode & KEPT_MODE)
        os.fsync(file)
        os.replace(fresh, real)
    finally:
        os.close(file)
        fresh.unlink(missing_ok=True)
    disk.sync(real.parent)


def with_line(text: str, name: str, value: str) -> str:
    """The text with `NAME=value`, in the place of the lines that give it now, else at its end."""
    line = f"{name}={value}"
    lines = re.compile(rf"^[ \t]*(?:export[ \t]+)?{name}[ \t]*=.*$", re.M)
    first, times = lines.subn("\0", text)
    if not times:
        return f"{text.rstrip()}\n{line}\n" if text.strip() else f"{line}\n"
    return first.replace("\0", line, 1).replace("\0\n", "").replace("\0", "")


def example() -> str:
    """The text of .env.example."""
    return package_files.path("env.example").read_text(encoding="utf-8")
