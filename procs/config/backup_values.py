"""Parses the texts of settings about backups into values, as `values` does."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from procs.config import values
from procs.core import durations, log

#: Seconds between two backups: at least, and at most.
LEAST, LONGEST_INTERVAL = 60.0, 7 * 86400.0
#: What a command finds in its environment: the new backup, and the folder of all.
COPIED = ("CHAPAR_BACKUP_FILE", "CHAPAR_BACKUP_FOLDER")
KEPT = re.compile(r"([0-9]{1,4})\+([0-9]{1,4})\+([0-9]{1,4})")


def interval(text: str) -> float:
    """Seconds between two backups, 0 for none by schedule."""
    if text == "off":
        return 0.0
    seconds = durations.read(text, unit="s")
    if seconds is None or not LEAST <= seconds <= LONGEST_INTERVAL:
        raise ValueError(f"{text!r} is no time between two backups; write off, or 1m to 7d (1h)")
    return seconds


def kept(text: str) -> tuple[int, int, int]:
    """How many hours, days and weeks keep a backup."""
    match = KEPT.fullmatch(text.replace(" ", ""))
    if not match or not any(map(int, match.groups())):
        raise ValueError(f"{text!r} is not hours+days+weeks that keep a backup; write 24+7+4")
    hours, days, weeks = map(int, match.groups())
    return hours, days, weeks


def usual_folder(texts: Mapping[str, str]) -> str:
    """`backups` in the home, which may be given relative to where the command runs, or by `~`."""
    return str(values.absolute(texts["CHAPAR_HOME"]) / "backups")


def folder(text: str) -> Path:
    """The folder of backups, which need not be there yet."""
    path = whole_path(text)
    if os.path.lexists(path) and not path.is_dir():
        raise ValueError(f"{path} is not a folder; name a folder, or one that can be made")
    return path


def key_file(text: str) -> Path:
    """A file with an age key or a passphrase, which is read when it is needed."""
    path = whole_path(text)
    if not os.access(path, os.R_OK) or not path.is_file():
        raise ValueError(f"{path} is no file that this user may read; name the file of the key")
    return path


def whole_path(text: str) -> Path:
    """A path that begins with `/` or `~`. Raises ValueError for another."""
    wrong = values.strange(text)
    if wrong or not text.startswith(("/", "~")):
        raise ValueError(f"{text!r} is no whole path; name the file of the key, or name a folder")
    return values.absolute(text)


def command(text: str) -> str:
    """A command for the shell that copies a backup elsewhere."""
    if not any(name in text for name in COPIED) or not text.isprintable():
        raise ValueError(
            f"{log.mask(text)!r} copies no backup; write one line with $CHAPAR_BACKUP_FILE, or "
            "$CHAPAR_BACKUP_FOLDER for all of them"
        )
    return text
