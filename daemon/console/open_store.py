"""Opens the database of a home for a command: the one place where a missing, damaged or foreign
database becomes a sentence."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from daemon.command_error import Refusal
from daemon.supervisor import process_tree
from procs import start
from procs.config import Settings
from procs.core import clock
from procs.core.disk import MIB
from procs.store.database import (
    Database,
    files_of,
    migrate,
    note_started,
    open_database,
    require_started,
)
from procs.store.machines import machine_rows

#: A database of up to so many bytes is read whole by each command (0.1 s), and by `up` (3 s).
BRIEFLY, LONG, WHOLE = 32 * MIB, 1024 * MIB, 1 << 62


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
    if before != path:
        what = f"CHAPAR_DATABASE_URL: {path} does not exist, and this home has used {before}"
    return (
        f"{what}; stop Chapar and put the database back there, or begin with an empty one: "
        "chapar up --new-database"
    )


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


def require_own_name(settings: Settings, db: Database) -> None:
    """Raises Refusal when another machine of this database, which was heard just now, has our
    name: each would take the other's workers for its own."""
    now, ours = clock.now(), (clock.boot_id(), str(settings.home))
    for one in machine_rows.listed(db):
        silent = now.boot - one.beat_at
        is_there = one.ended_at is None and silent < 3 * machine_rows.MACHINE_BEAT
        if one.name == settings.machine and (one.boot, one.home) != ours and is_there:
            raise Refusal(
                f"another machine is called {one.name} (home {one.home}, heard {silent:.0f} s ago);"
                " give this one another CHAPAR_MACHINE"
            )


def note(settings: Settings, path: Path) -> None:
    """Write down in the home that it has this database."""
    fresh = settings.database_mark.with_suffix(".new")
    fresh.write_text(f"{path}\n", encoding="utf-8")
    os.replace(fresh, settings.database_mark)
