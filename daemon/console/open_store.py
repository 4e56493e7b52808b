"""Opens the database of a home for a command: the one place where a missing, damaged or foreign
database becomes a sentence."""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from math import inf
from pathlib import Path

from daemon.command_error import Refusal
from daemon.supervisor import process_tree
from procs import start
from procs.backups import BEFORE, RESTORED
from procs.config import Settings
from procs.core import clock, log
from procs.core.disk import MIB
from procs.errors import StoreAway, StoreError
from procs.store.database import (
    Database,
    files_of,
    migrate,
    note_started,
    open_database,
    require_started,
)
from procs.store.machines import database_clock, machine_rows
from procs.store.machines.machine_rows import Machine
from procs.store.server_absence import ABSENCE_PAUSE

#: A database of up to so many bytes is read whole by each command (0.1 s), and by `up` (3 s).
BRIEFLY, LONG, ENTIRE = 32 * MIB, 1024 * MIB, 1 << 62
#: Seconds of silence after which a machine of our name and home was this one, before it was reset.
RESET = 1.5 * machine_rows.MACHINE_BEAT
#: What is known of the last move, in the home; and its word for one that was made.
MOVE_RECORD, SWITCHED = "move.json", "switched"


@contextmanager
def opened(settings: Settings, *, check: int = BRIEFLY) -> Iterator[Database]:
    """The database, closed at the end. Raises Refusal before the first start and when it is gone,
    StoreError."""
    if not is_there(settings):
        first = "chapar up -d" if settings.bot_token else "chapar init, then chapar up -d"
        raise Refusal(f"nothing was ever started on {settings.home}; run: {first}")
    if process_tree.supervisor_of(settings.run) is not None:
        require_started(settings.database_url, run=settings.run)
    db = open_database(settings.database_url, run=settings.run, check=check)
    try:
        start.go_by(settings, db)
        yield db
    finally:
        db.close()


def follow_clock(settings: Settings) -> None:
    """Go by the clock of the database where it has one, and answers: by that backups are dated."""
    with suppress(StoreError):
        database_clock.follow_server(settings.database_url)


def is_there(settings: Settings) -> bool:
    """Whether there is a file of the database. False before the first start. Raises Refusal when
    there was one, and when the home was moved while Chapar runs."""
    process_tree.require_unmoved(settings.run)
    files = files_of(settings.database_url)
    if not files:  # a server's: opening it tells
        return True
    path, *beside = files
    if is_listed(path):
        return True
    if was_there(settings, beside):
        raise Refusal(gone(settings, path))
    return False


def is_listed(path: Path) -> bool:
    """Whether a path exists; also when it may not be read."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def was_there(settings: Settings, beside: Sequence[Path]) -> bool:
    """Whether this home had a database before: it is noted, its log is left, or sign-ins are."""
    left = any(is_listed(path) for path in beside)
    return left or is_listed(settings.database_mark) or any(settings.sessions.glob("*.session"))


def gone(settings: Settings, path: Path) -> str:
    """The sentence for a database that is missing though this home had one."""
    try:
        before = Path(settings.database_mark.read_text(encoding="utf-8").rstrip("\n"))
    except (OSError, UnicodeDecodeError):
        before = path
    what = f"{path} is gone, though Chapar was started on {settings.home} before"
    if is_listed(path.with_name(f"{path.name}{RESTORED}")):
        return f"{what}: a restore was interrupted; {way_on(path)}"
    if before != path:
        what = f"CHAPAR_DATABASE_URL: {path} does not exist, and this home has used {before}"
    return (
        f"{what}; stop Chapar and put the database back there, or begin with an empty one: "
        "chapar up --new-database"
    )


def way_on(path: Path) -> str:
    """What to do after a restore that was interrupted between the old database and the new."""
    again = "stop Chapar, and run chapar restore again"
    kept = [one for one in path.parent.glob(f"{path.name}{BEFORE}*") if one.name[-1].isdigit()]
    if not kept:
        return again
    newest = max(kept, key=lambda one: one.name)
    return f"{again}, or take back the database of before: mv {newest} {path}"


def prepare(settings: Settings, *, new: bool = False) -> None:
    """Bring the database up to date; one is made at the first start, and when a `new` one is asked
    for. Raises Refusal, StoreError."""
    files = files_of(settings.database_url)
    if not new:
        is_there(settings)
    elif files and is_listed(files[0]):
        raise Refusal(f"--new-database overwrites nothing: move {files[0]} away first")
    else:
        for left in files[1:]:
            left.unlink(missing_ok=True)
    migrate(settings.database_url, run=settings.run, check=LONG)
    note_started(settings.database_url, run=settings.run)
    db = start.open_store(settings)
    try:
        require_own_name(settings, db)
    finally:
        db.close()
    if files:
        note(settings, files[0])


def prepare_when_there(
    settings: Settings, say: Callable[[str], None], *, new: bool = False, patience: float = inf
) -> None:
    """The same once the server of the database is there, which may start later than this machine:
    for so many seconds, told once. Raises StoreAway afterwards."""
    until, is_told = clock.steady() + patience, False
    while True:
        try:
            return prepare(settings, new=new)
        except StoreAway as error:
            if clock.steady() >= until:
                raise
            if not is_told:
                say(f"waiting for the database: {error}")
                is_told = True
            time.sleep(ABSENCE_PAUSE)


def require_own_name(settings: Settings, db: Database) -> None:
    """Raises Refusal when another machine of this database, which was heard just now, has our
    name: each would take the other's workers for its own. One with our home may be this machine
    before it was reset: then nobody is heard any more, which is waited for."""
    first = None
    while one := namesake(settings, db):
        silent = clock.now().boot - one.beat_at
        if one.home != str(settings.home) or (first and one.beat_at != first.beat_at):
            raise Refusal(
                f"another machine is called {one.name} (home {one.home}, heard {silent:.0f} s ago);"
                " give this one another CHAPAR_MACHINE"
            )
        if silent > RESET:
            return
        first = first or one
        time.sleep(ABSENCE_PAUSE)


def namesake(settings: Settings, db: Database) -> Machine | None:
    """Who was heard lately under our name, from another boot or home than ours."""
    now, ours = clock.now(), (clock.boot_id(), str(settings.home))
    for one in machine_rows.listed(db):
        is_there = one.ended_at is None and now.boot - one.beat_at < 3 * machine_rows.MACHINE_BEAT
        if one.name == settings.machine and (one.boot, one.home) != ours and is_there:
            return one
    return None


def require_in_charge(settings: Settings) -> None:
    """Raises Refusal for the database that the last move led away from: what people asked since is
    in the other one."""
    path = settings.home / MOVE_RECORD
    try:
        record = dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return  # no move was made
    if record.get(SWITCHED) and record.get("from") == settings.database_url:
        raise Refusal(
            f"chapar move led from this database to {log.mask(str(record['to']))}, which is in"
            " charge: let CHAPAR_DATABASE_URL name that (chapar move --undo there goes back); to"
            f" start on this one without what came since, delete {path}"
        )


def note(settings: Settings, path: Path) -> None:
    """Write down in the home that it has this database."""
    fresh = settings.database_mark.with_suffix(".new")
    fresh.write_text(f"{path}\n", encoding="utf-8")
    os.replace(fresh, settings.database_mark)
