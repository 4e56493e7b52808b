"""Folders of a home that are kept small by rules of their own: whether the rules held.

What they hold follows no slope: it comes to its bound and is cut back. So each is compared with the
bound itself, at every sample, since what is cut back by then would not be seen at the end.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from procs.backups.backup_store import BACKUP_NAME, PARTIAL
from procs.backups.retention import FAILED_KEPT

#: Bytes of a log file before it is rotated, and older files of each, as `supervisord.conf` says;
#: and by how much a file may be longer: what supervisord reads at once is written whole.
ROTATED, OLDER, READ_AT_ONCE = 10 * 2**20, 5, 256 * 2**10
#: Of backups one more, which was just verified: the others are pruned behind it. Of what is being
#: made, and of the engines: the one in use and the one before it.
JUST_TAKEN, UNDER_WAY, ENGINES = 1, 1, 2
#: The number at the end of an older log's name.
NUMBER = re.compile(r"\.\d+$")


@dataclass(frozen=True, slots=True)
class Held:
    """What a folder holds of one kind, and the most that it may."""

    name: str
    value: float
    most: float

    @property
    def is_beyond(self) -> bool:
        """Whether the rule did not hold."""
        return self.value > self.most

    def __str__(self) -> str:
        return f"{self.name}: {self.value:g} where {self.most:g} is the most"


def held(state: Path, keep: tuple[int, ...]) -> Iterator[Held]:
    """All that has a bound in a home; `keep` are the periods of which backups are kept."""
    backups = names(state / "backups")
    taken = [name for name in backups if BACKUP_NAME.fullmatch(name)]
    yield Held("backups", len(taken), sum(keep) + FAILED_KEPT + JUST_TAKEN)
    partial = [name for name in backups if name.startswith(PARTIAL)]
    yield Held("unfinished backups", len(partial), UNDER_WAY)
    engines = names(state / "engines")
    yield Held("engines", sum(name[0].isdigit() for name in engines), ENGINES)
    yield Held("unfinished engines", sum(name.startswith(".new-") for name in engines), UNDER_WAY)
    logs = names(state / "logs")
    sizes = [size(state / "logs" / name) for name in logs]
    yield Held("bytes of a log file", max(sizes, default=0), ROTATED + READ_AT_ONCE)
    yield Held("older files of a log", max(Counter(older(logs)).values(), default=0), OLDER)


def own_logs(state: Path) -> int:
    """How many logs there are, the older files of each left out."""
    return sum(not NUMBER.search(name) for name in names(state / "logs"))


def older(logs: list[str]) -> list[str]:
    """The log of each older file."""
    return [NUMBER.sub("", name) for name in logs if NUMBER.search(name)]


def names(folder: Path) -> list[str]:
    """The names in a folder; none where there is no folder."""
    try:
        return [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return []


def size(path: Path) -> int:
    """The bytes of a file; 0 when it was rotated away since it was listed."""
    with suppress(OSError):
        return path.lstat().st_size
    return 0
