"""`chapar restore`: puts a backup in the place of what is there, while nothing runs."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from daemon.command_error import Refusal
from daemon.commands import launch
from daemon.console import open_store
from daemon.console.output import minute
from procs.backups import (
    backup_check,
    backup_store,
    backup_taker,
    durable_files,
    restoration,
)
from procs.backups.backup_archive import DATABASE
from procs.config import Settings
from procs.core import clock
from procs.errors import ChaparError
from procs.store.backups import invariants, later_requests
from procs.store.limits import send_budget
from procs.texts import i18n

Say = Callable[[str], None]


@dataclass(slots=True)
class RestoreOutcome:
    """A backup that was judged, and put in its place unless it was only tried. `later` is the
    number of requests since then by their state, None where the old database cannot say that, for
    the reason in `unknown`."""

    file: Path
    taken_at: float
    version: str
    later: dict[str, int] | None
    unknown: str
    restored: bool = False
    seconds: float = 0.0


def restore(
    settings: Settings, file: str, key: Path | None, say: Say, *, dry: bool
) -> RestoreOutcome:
    """Verify a backup, keep the old state beside, put the backup in its place, and check that.
    With `dry` nothing is changed. Raises Refusal while Chapar runs, BackupFailed, StoreError."""
    began, path = time.monotonic(), found(settings, file)
    with stopped(settings), durable_files.alone(settings), durable_files.scratch(settings) as room:
        durable_files.require_room(settings.cache, 2 * path.stat().st_size)
        folder = room / "restored"
        folder.mkdir()
        say(f"verifying {path.name}")
        backup_check.require_same(path, backup_store.read(path))
        manifest = backup_check.restored(path, folder, backup_taker.key_of(settings, key))
        restoration.require_kind(settings, manifest)
        say(f"ok: taken {minute(manifest.taken_at)} by Chapar {manifest.version}")
        later, unknown = since(settings, manifest.taken_at)
        outcome = RestoreOutcome(path, manifest.taken_at, manifest.version, later, unknown)
        for line in losses(settings, outcome):
            say(line)
        if dry:
            say("nothing was changed (--dry-run)")
            return outcome
        for line in restoration.install(settings, folder, manifest, at=clock.now().wall):
            say(line)
        check(settings)
    outcome.restored, outcome.seconds = True, time.monotonic() - began
    say(f"checked; {outcome.seconds:.1f} s. Start it with: chapar up -d")
    return outcome


def found(settings: Settings, file: str) -> Path:
    """A file by its path, or by its name in the folder of backups; `latest` is the newest verified
    one."""
    if file == "latest":
        newest = backup_store.newest_ok(settings.backup_folder)
        if newest is None:
            raise Refusal(f"{settings.backup_folder} has no verified backup; name a file")
        return settings.backup_folder / newest.name
    for path in (Path(file), settings.backup_folder / file):
        if path.is_file():
            return path
    raise Refusal(f"there is no file {file}; chapar backup list shows the backups")


@contextmanager
def stopped(settings: Settings) -> Iterator[None]:
    """Nothing of this home runs, and nothing starts meanwhile. Raises Refusal."""
    launch.make_folders(settings)
    lock = launch.hold(settings)
    try:
        yield
    finally:
        os.close(lock)


def since(settings: Settings, taken_at: float) -> tuple[dict[str, int] | None, str]:
    """The requests since a backup by their state; None and why, where nobody can say that."""
    try:
        if not open_store.is_there(settings):
            raise Refusal("there is no database here")
        with open_store.opened(settings, check=open_store.ENTIRE) as db:
            return later_requests.by_state(db, taken_at), ""
    except ChaparError as error:
        return None, str(error)


def losses(settings: Settings, outcome: RestoreOutcome) -> list[str]:
    """What was done since the backup: as far as the old database can still say."""
    age = i18n.span("en", max(0.0, clock.now().wall - outcome.taken_at))
    said = [f"lost is what was done since then, in {age}: choices, settings, and what admins did"]
    if outcome.later is None:
        said.append(f"the old database cannot say how many requests that were: {outcome.unknown}")
    else:
        states = ", ".join(f"{number} {state}" for state, number in outcome.later.items())
        total = sum(outcome.later.values())
        said.append(f"requests since then: {total}" + (f" ({states})" * bool(states)))
    hours = i18n.span("en", settings.catch_up)
    said.append(
        f"what people wrote since is fetched from Telegram again, if it is younger than {hours}; "
        "nobody gets a media a second time"
    )
    return said


def check(settings: Settings) -> None:
    """Bring what was put in place up to date, open it as the processes will, and audit it. What was
    sent since the backup is in no row of it: sending begins when every chat may have a burst."""
    open_store.prepare(settings)
    with open_store.opened(settings, check=open_store.ENTIRE) as db:
        wrong = invariants.audit(db, leaving=(invariants.BY_CAP,))
        send_budget.rest(db, send_budget.FORGOTTEN_IN, now=clock.now())
    if wrong:
        raise Refusal(f"the restored database is wrong ({'; '.join(wrong)}); see {DATABASE}")
