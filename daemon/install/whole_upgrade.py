"""`chapar upgrade SOURCE`: installs another version, has it upgrade itself, and puts the files
before back when it does not come into use.

The version before does this, and the new one's own `chapar upgrade` does what it knows best.
Whether the files may go back is judged by the database: the version before opens no other than its
own.
"""

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import daemon
from daemon.command_error import Refusal
from daemon.commands import launch
from daemon.console import open_store, step_bar
from daemon.install.program_files import ProgramFiles, program_files
from daemon.install.upgrade import Say
from daemon.supervisor.control import Supervisor
from procs.config import Settings
from procs.store.database import mark_schema

#: How the new version's command ends when all runs in it, or goes on trying to.
DONE, TRYING = 0, 3
COMMAND_LINE = "import sys; from daemon.cli import main; sys.exit(main())"


def upgrade_to(source: str, settings: Settings, say: Say) -> int:
    """Returns the exit code of the version that is in use then. Raises Refusal when that is the one
    before; StoreError."""
    files = program_files(source)
    before = mark(settings)
    with step_bar.shown(say) as told:
        told(f"chapar {daemon.__version__}: installing {source}")
        files.install()
    code = run("upgrade", files, settings)
    if code in (DONE, TRYING):
        files.forget()
        return code
    if before is None or mark(settings) != before:
        say("the database stays changed, so the new files stay too")
        files.forget()
        return code
    files.put_back()
    raise Refusal(
        f"{source} did not come into use; the files of {daemon.__version__} are back, "
        f"{restarted(files, settings)}"
    )


def mark(settings: Settings) -> object:
    """What the database is; None of a server's, of which nobody can tell."""
    return mark_schema(settings.database_url) if open_store.is_there(settings) else "not there"


def restarted(files: ProgramFiles, settings: Settings) -> str:
    """Have every process run the version before again; a sentence that says what became of it."""
    if not Supervisor(settings.run).is_up():
        return "and nothing runs, as before"
    if run("rolling-restart", files, settings):
        return "and not every process runs them yet: run chapar rolling-restart again"
    return "and every process runs them"


def run(command: str, files: ProgramFiles, settings: Settings) -> int:
    """The exit code of a command of the program that is installed now, as the home's user."""
    argv = [str(files.prefix / "bin" / "python"), "-P", "-c", COMMAND_LINE, command]
    around = {**os.environ, "PYTHONPATH": launch.python_path()}
    sys.stdout.flush()
    with interrupts_left_to_child():
        return subprocess.run(argv, env=around, **user_of(settings)).returncode


@contextmanager
def interrupts_left_to_child() -> Iterator[None]:
    """Ctrl-C ends the command that runs below, as it goes to the whole terminal; what it leaves is
    ours to put back. A handler of no effect is no child's: exec(2) resets it."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def user_of(settings: Settings) -> dict[str, Any]:
    """Of the superuser: the user whose home it is, who must own what is made there."""
    owner = settings.home.stat().st_uid if settings.home.exists() else 0
    if os.geteuid() or not owner:
        return {}
    account = pwd.getpwuid(owner)
    groups = os.getgrouplist(account.pw_name, account.pw_gid)
    return {"user": owner, "group": account.pw_gid, "extra_groups": groups}
