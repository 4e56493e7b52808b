"""Complaints about settings that contradict each other, and about unknown names."""

import os
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from procs.config import values
from procs.core import disk
from procs.core.disk import MIB
from procs.core.machine.machine_name import ROLES

#: Names that were meant for us, also with another case or without the line below.
MEANT = re.compile(r"chapar", re.I)
#: Folders below the home whose content comes and goes.
SWEPT = ("cache", "engines", "jobs", "logs", "outbox", "run", "sessions")


def misspelt(names: Iterable[str], known: tuple[str, ...], where: str) -> list[str]:
    """A complaint about each name that looks like a setting and is none."""
    strange = [name for name in names if MEANT.match(name) and name not in known]
    return [f"{where}: {name} is not a setting; {remedy(name, known)}" for name in sorted(strange)]


def remedy(name: str, known: tuple[str, ...]) -> str:
    """The fix for an unknown name: the nearest known one, if there is one."""
    near = get_close_matches(name.upper(), known, n=1)
    return f"did you mean {near[0]}?" if near else "take it out; .env.example has all names"


def together(fields: Mapping[str, Any]) -> list[str]:
    """Complaints about settings that are fine alone but not beside each other."""
    complaints = []
    rooms, workers = fields.get("max_concurrent_downloads"), fields.get("workers")
    if rooms and workers and rooms < workers:
        complaints.append(
            f"CHAPAR_MAX_CONCURRENT_DOWNLOADS: {rooms} is less than one for each of {workers} "
            f"workers; raise it, or set CHAPAR_WORKERS={rooms}"
        )
    if fields.get("telegram_server_key") and fields.get("telegram_server", "") is None:
        complaints.append(
            "CHAPAR_TELEGRAM_SERVER_KEY: has no meaning for the public servers; "
            "set CHAPAR_TELEGRAM_SERVER too, or take it out"
        )
    return complaints + alone(fields) + ballast(fields) + misplaced(fields)


def alone(fields: Mapping[str, Any]) -> list[str]:
    """Whether a machine leaves to others what no other machine can do."""
    url, roles = fields.get("database_url"), fields.get("roles")
    if not url or not roles or values.is_server(url) or len(roles) == len(ROLES):
        return []
    return [
        "CHAPAR_ROLES: a database in a file belongs to one machine, which has every role; take it "
        "out (chapar up --no-bot leaves out the bot), or let CHAPAR_DATABASE_URL name a server"
    ]


def ballast(fields: Mapping[str, Any]) -> list[str]:
    """Whether the ballast finds room on the disk that it lies on."""
    home, wanted = fields.get("home"), fields.get("ballast_size")
    if home is None or wanted is None:
        return []
    try:
        whole = disk.whole(standing(home))
    except OSError:
        return []
    if wanted < whole / 2:
        return []
    return [
        f"CHAPAR_BALLAST_SIZE: {wanted // MIB}MiB is more than half of the disk under {home} "
        f"({whole // MIB}MiB); write for example {min(64, whole // MIB // 4)}MiB"
    ]


def standing(path: Path) -> Path:
    """The nearest folder above that there is."""
    while not os.path.lexists(path) and path != path.parent:
        path = path.parent
    return path


def misplaced(fields: Mapping[str, Any]) -> list[str]:
    """Whether the database lies where files are swept, or in the place of another file of ours."""
    home, url = fields.get("home"), fields.get("database_url")
    if home is None or url is None or values.is_server(url):
        return []
    path = values.database_file(url)
    below = path.relative_to(home).parts if path.is_relative_to(home) else ()
    if not below or (below[0] not in SWEPT and below not in (("ballast",), ("database",))):
        return []
    return [f"CHAPAR_DATABASE_URL: {path} is a place for other files; use {home}/chapar.db"]
