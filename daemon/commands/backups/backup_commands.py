"""`chapar backup`: takes, lists, verifies and prunes backups."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from daemon.command_error import Refusal
from daemon.console import open_store
from daemon.console.output import minute, size, table
from procs.backups import backup_drill, backup_store, backup_taker, offsite_copy, retention
from procs.backups.backup_errors import BackupFailed, BackupUnopened
from procs.backups.backup_store import Backup
from procs.config import Settings
from procs.errors import StoreError

Say = Callable[[str], None]
#: Characters of a SHA-256 that are shown in a list.
SHORT = 12


def now(settings: Settings, say: Say) -> None:
    """Take one at once, verify it, and have the operator's command copy it. Raises BackupFailed."""
    began = time.monotonic()
    backup = backup_taker.take(settings, say if sys.stdout.isatty() else unsaid)
    took = time.monotonic() - began
    say(f"{settings.backup_folder / backup.name}")
    say(f"ok: {size(backup.size)}, SHA-256 {backup.sha256}, {took:.1f} s")
    if settings.backup_command:
        offsite_copy.carry(settings, backup)
        say("copied by CHAPAR_BACKUP_COMMAND")


def now_or_why(settings: Settings, say: Say) -> None:
    """The same; where the database itself is at fault, its own sentence, which names no copy.
    Raises BackupFailed, StoreError."""
    try:
        now(settings, say)
    except (BackupFailed, StoreError):
        with open_store.opened(settings, check=open_store.ENTIRE):
            raise


def unsaid(step: str) -> None:
    """What goes on is for who watches it."""


def listed(settings: Settings) -> list[str]:
    """The backups, the newest first."""
    found = backup_store.listed(settings.backup_folder)
    if not found:
        return [f"no backup in {settings.backup_folder}; take one: chapar backup now"]
    rows = [
        (minute(one.taken_at), size(one.size), one.state, one.sha256[:SHORT], one.name)
        for one in found
    ]
    lines = table(("taken", "size", "state", "SHA-256", "file"), rows, right="size")
    bad = [f"{one.name}: {one.why}" for one in found if one.why]
    drill = backup_drill.last(settings.backup_folder)
    tried = [f"drill {minute(drill.at)}: {drill.state} {drill.name} {drill.why}"] if drill else []
    return [*lines, "", f"in {settings.backup_folder}", *bad, *tried, *copied(settings)]


def copied(settings: Settings) -> list[str]:
    """How the last copy to another place went, where the operator wants one."""
    copy = offsite_copy.last(settings.backup_folder) if settings.backup_command else None
    if copy is None:
        return []
    return [f"copy {minute(copy.at)}: {copy.why or f'ok {copy.name}'}"]


def facts(settings: Settings) -> list[dict[str, object]]:
    """The same for programs."""
    return [
        {
            "file": str(settings.backup_folder / one.name),
            "taken_at": one.taken_at,
            "size": one.size,
            "sha256": one.sha256,
            "state": one.state,
            "verified_at": one.verified_at,
            "version": one.version,
            "why": one.why,
        }
        for one in backup_store.listed(settings.backup_folder)
    ]


@dataclass(frozen=True, slots=True)
class BackupVerdict:
    """What was found of one backup; `why` it is bad, or could not be opened."""

    name: str
    ok: bool
    size: int
    sha256: str
    why: str = ""


def verify(settings: Settings, name: str, key: Path | None, say: Say) -> Iterator[BackupVerdict]:
    """Verify one by name, the newest without one, or `all`."""
    found = backup_store.listed(settings.backup_folder)
    chosen = found if name == "all" else [named(found, name)]
    opener = backup_taker.key_of(settings, key)
    for one in chosen:
        try:
            good = backup_taker.verify(settings, one, opener)
            say(f"ok: {one.name}, {size(good.size)}, SHA-256 {good.sha256}")
            yield BackupVerdict(one.name, True, good.size, good.sha256)
        except BackupFailed as error:
            say(f"{'not verified' if isinstance(error, BackupUnopened) else 'BAD'}: {error}")
            yield BackupVerdict(one.name, False, one.size, one.sha256, str(error))
    if not backup_taker.is_writable(settings.backup_folder):
        say(f"nothing of this is noted: {settings.backup_folder} cannot be written")


def named(found: list[Backup], name: str) -> Backup:
    """The backup of a name, the newest without one. Raises Refusal when there is none."""
    if not found:
        raise Refusal("there is no backup yet; take one: chapar backup now")
    wanted = Path(name).name
    one = next((one for one in found if one.name == wanted), None) if name else found[0]
    if one is None:
        raise Refusal(f"no backup is called {wanted}; chapar backup list shows them")
    return one


def prune(settings: Settings) -> Iterator[str]:
    """Delete what need not stay by CHAPAR_BACKUP_KEEP."""
    gone = retention.prune(settings.backup_folder, retention.Retention(*settings.backup_keep))
    yield from (f"deleted: {one.name}" for one in gone)
    left = backup_store.listed(settings.backup_folder)
    yield f"{len(left)} left, {size(sum(one.size for one in left))}"
