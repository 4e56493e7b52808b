"""`chapar upgrade`: takes a program of another version into use, whose files are installed already.

Whatever can fail is tried before anything is touched: the new modules in a process of their own,
the change of the database on the copy that a verified backup gives, which is audited then. A failed
change of the database leaves it as it was. When the first process does not start, the restart ends
while those before it serve, and the change of the database is taken back beside them (`fallback`).
"""

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import daemon
from daemon.command_error import NotServing, NotUp, Refusal, RestartUnderWay
from daemon.commands.backups import backup_commands
from daemon.commands.restart import RollingRestart
from daemon.console import open_store
from daemon.install.fallback import RETRY_ADVICE, Fallback
from daemon.supervisor.control import Supervisor
from procs.backups import backup_archive, backup_check, backup_store, backup_taker, durable_files
from procs.config import Settings
from procs.errors import StoreError
from procs.store.backups import invariants
from procs.store.database import faults_of, files_of, mark_schema, opened_copy

Say = Callable[[str], None]
#: What supervisord starts, as modules.
PROCESSES = ("procs.worker", "procs.bot", "procs.keeper")
IMPORTS = "; ".join(
    [*(f"import {name}.__main__" for name in PROCESSES), "import daemon.supervisor.event_listener"]
)


def upgrade(settings: Settings, say: Say) -> int:
    """Returns 0 when all that ran before runs in the new version. Raises Refusal, StoreError,
    BackupFailed; NotServing when a process is not in after two minutes."""
    say(f"chapar {daemon.__version__}")
    try_modules()
    say("the modules load")
    if not open_store.is_there(settings):
        say("no database yet: chapar up makes it")
        return 0
    fallback = Fallback(settings, mark_schema(settings.database_url))
    if files_of(settings.database_url):
        backup_commands.now(settings, say)
        try_migration(settings)
        say("the change of the database works on the backup's copy")
    elif newest := newest_name(settings):
        try_migration(settings)
        say(f"the change of the database works on the copy of {newest}")
    else:
        say("the database is a server's, changed in one transaction; no backup of it lies here")
    fallback.backup = newest_name(settings)
    before = running(settings)
    change(settings, fallback)
    say("the database is up to date")
    if not Supervisor(settings.run).is_up():
        say("not running; start it with: chapar up -d")
        return 0
    return restart(settings, fallback, say, before)


def running(settings: Settings) -> set[int]:
    """The processes that run, by their ids; none where supervisord does not."""
    with suppress(NotUp):
        processes = Supervisor(settings.run).processes()
        return {one.pid for one in processes if one.state == "RUNNING"}
    return set()


def newest_name(settings: Settings) -> str:
    """The name of the newest verified backup; empty without one."""
    newest = backup_store.newest_ok(settings.backup_folder)
    return newest.name if newest else ""


def change(settings: Settings, fallback: Fallback) -> None:
    """Change the database, and open it as the processes will. Raises Refusal: it went back then, or
    the sentence says what did not."""
    try:
        open_store.prepare(settings)
    except (Refusal, StoreError, OSError) as error:  # a disk that is full, say
        raise Refusal(f"{error}. {fallback.database()}; everything runs on as it was") from error


def restart(settings: Settings, fallback: Fallback, say: Say, before: set[int]) -> int:
    """Replace the processes; those of the version before are known by their ids. Raises Refusal,
    NotServing, NotUp, with what became of the rest."""
    with open_store.opened(settings) as db:
        rolling = RollingRestart(settings, db, say)
        try:
            return rolling.run()
        except NotServing as error:
            raise NotServing(
                f"{error}. The database stays changed, and every process goes on with it; mend "
                f"what is missing, {RETRY_ADVICE}"
            ) from error
        except NotUp:
            raise Refusal(
                "supervisord ended during the restart; the database stays changed: start "
                f"{daemon.__version__} with chapar up -d, or {fallback.whole()}"
            ) from None
        except RestartUnderWay as error:
            raise Refusal(
                f"{error} and replaces the processes; the database stays changed. After its end, "
                "run: chapar rolling-restart"
            ) from error
        except (Refusal, StoreError, OSError) as error:
            refused = error
    fresh = running(settings) - before  # also one that was recycled meanwhile
    # Closed: the change is taken back beside the processes, not beside ourselves.
    raise Refusal(f"{refused}. {fallback.after_no_start(len(fresh))}") from refused


def try_modules() -> None:
    """Raises Refusal when the installed files do not make a program: nothing was touched then."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", IMPORTS], capture_output=True, text=True, cwd="/"
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise Refusal(f"this version does not load ({said}); nothing was touched: install it again")


def try_migration(settings: Settings) -> None:
    """Change a copy of the database, and audit it. Raises Refusal, StoreError, BackupFailed:
    nothing was touched then."""
    newest = backup_store.newest_ok(settings.backup_folder)
    if newest is None:
        raise Refusal("the backup was not verified; nothing was touched: see chapar backup list")
    with durable_files.alone(settings), durable_files.scratch(settings) as folder:
        key = backup_taker.key_of(settings)
        if key is not None and not backup_taker.openable(key):
            return  # the public half alone: the backup was judged before it was closed
        backup_check.restored(settings.backup_folder / newest.name, folder, key)
        copy = Path(folder, backup_archive.DATABASE)
        with opened_copy(copy) as db:
            wrong = invariants.audit(db, leaving=(invariants.BY_CAP,))
        if wrong := [*faults_of(copy), *wrong]:
            raise Refusal(
                f"the changed copy of the database is wrong ({'; '.join(wrong)}); nothing was "
                "touched: stay with the version before, and report this"
            )
