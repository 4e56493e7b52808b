"""`chapar upgrade`: takes a program of another version into use, whose files are installed already.

Whatever can fail is tried before anything is touched: the new modules in a process of their own,
the change of the database on the copy that a verified backup gives. A failed change of the database
leaves it as it was; a process that does not start ends the restart while those before it serve.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import daemon
from daemon.command_error import Refusal
from daemon.commands.backups import backup_commands
from daemon.commands.restart import RollingRestart
from daemon.console import open_store
from daemon.supervisor.control import Supervisor
from procs.backups import backup_archive, backup_check, backup_store, backup_taker, durable_files
from procs.config import Settings
from procs.store.database import files_of, migrate

Say = Callable[[str], None]
#: What supervisord starts, as modules.
PROCESSES = ("procs.worker", "procs.bot", "procs.keeper")
IMPORTS = "; ".join(
    [*(f"import {name}.__main__" for name in PROCESSES), "import daemon.supervisor.event_listener"]
)


def upgrade(settings: Settings, say: Say) -> int:
    """Returns 0 when all that ran before runs in the new version. Raises Refusal, StoreError,
    BackupFailed."""
    say(f"chapar {daemon.__version__}")
    try_modules()
    say("the modules load")
    if not open_store.is_there(settings):
        say("no database yet: chapar up makes it")
        return 0
    if files_of(settings.database_url):
        backup_commands.now(settings, say)
        try_migration(settings)
        say("the change of the database works on the backup's copy")
    else:
        say("the database is a server's: it is changed in one transaction, and not backed up here")
    open_store.prepare(settings)
    say("the database is up to date")
    if not Supervisor(settings.run).is_up():
        say("not running; start it with: chapar up -d")
        return 0
    try:
        with open_store.opened(settings) as db:
            return RollingRestart(settings, db, say).run()
    except Refusal as error:
        raise Refusal(
            f"{error}. The processes of the version before go on; install that version again, or "
            "mend what the log names, then: chapar rolling-restart"
        ) from error


def try_modules() -> None:
    """Raises Refusal when the installed files do not make a program: nothing was touched then."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", IMPORTS], capture_output=True, text=True, cwd="/"
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise Refusal(f"this version does not load ({said}); nothing was touched: install it again")


def try_migration(settings: Settings) -> None:
    """Change a copy of the database. Raises StoreError, BackupFailed: nothing was touched then."""
    newest = backup_store.newest_ok(settings.backup_folder)
    if newest is None:
        raise Refusal("the backup was not verified; nothing was touched: see chapar backup list")
    with durable_files.alone(settings), durable_files.scratch(settings) as folder:
        key = backup_taker.key_of(settings)
        if key is not None and not backup_taker.openable(key):
            return  # the public half alone: the backup was judged before it was closed
        backup_check.restored(settings.backup_folder / newest.name, folder, key)
        copy = Path(folder, backup_archive.DATABASE)
        live = files_of(settings.database_url)[0]
        migrate(settings.database_url.replace(str(live), str(copy)), run=folder)
