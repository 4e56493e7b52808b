"""What is looked at before a move, its trial or its undo touches anything: whether Chapar can start
with the settings as they will stand then, and can use the database that they will name."""

import os
from pathlib import Path

from daemon.command_error import Refusal
from daemon.commands import launch
from daemon.install import settings_file
from daemon.move import address_trial
from daemon.supervisor import child_environment
from procs import config
from procs.config import Settings
from procs.config.setting_checks import standing
from procs.core import disk
from procs.core.disk import MIB
from procs.store.database import SCHEMES, Database, files_of, require_reachable, require_usable
from procs.store.move import move_estimate, move_goal

DATABASE = "CHAPAR_DATABASE_URL"


def settings_place() -> Path:
    """The file in which the switch is made. Raises Refusal where the address comes from elsewhere:
    a written file would change nothing then."""
    found = config.read(need_telegram=False).found
    if any(one.name == DATABASE and one.source == "environment" for one in found):
        raise Refusal(
            f"{DATABASE} comes from the environment, which no command can change; put it into "
            f"{config.file_in_use()} and unset it"
        )
    path = Path(config.file_in_use())
    if not path.is_file():
        raise Refusal(f"{path} is no file; name the file of settings by CHAPAR_ENV_FILE")
    settings_file.require_place(path)
    return path


def settings_with(settings: Settings, url: str) -> Settings:
    """The settings as they will stand once the file of settings names a database. Raises Refusal
    with all that would be wrong with them: nothing could start."""
    bot = child_environment.read(settings.run).get("CHAPAR_WITH_BOT") == "true"
    reading = config.read(need_telegram=bot, to_be={DATABASE: url})
    if reading.settings is None:
        raise Refusal(f"with that address nothing could start: {'; '.join(reading.complaints)}")
    return reading.settings


def require_goal(settings: Settings, to: str) -> Settings:
    """The settings as they will stand after a move to this address. Raises Refusal where no move
    can go there, StoreError where the server is away or its database cannot be used."""
    after = settings_with(settings, to)
    kinds = ", ".join(SCHEMES.values())
    if settings.has_server == after.has_server:
        raise Refusal(
            f"a move goes to the other kind of database ({kinds}); --to names one of that"
        )
    require_reachable(after.database_url)
    address_trial.require_of_service(settings.run, after.database_url)
    return after


def require_free(settings: Settings, after: Settings, left: object) -> None:
    """Raises StoreError where the new database is used, or is a file that is there, and Refusal
    where none can be made. `left` as `store_move.opened` has it."""
    launch.make_folders(settings)
    scratch = settings.home / "moving"
    scratch.mkdir(mode=0o700, exist_ok=True)
    for file in files_of(after.database_url)[:1]:
        folder = standing(file.parent)
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            raise Refusal(f"this user may not write in {folder}; name a file in another folder")
    move_goal.require_free(after.database_url, left, run=scratch)


def require_room(db: Database, after: Settings) -> None:
    """Raises Refusal where there is too little room for the new file."""
    for file in files_of(after.database_url)[:1]:
        folder, copied = standing(file.parent), move_goal.unfinished(file)
        there = copied.stat().st_size // MIB if copied.exists() else 0
        wanted = move_estimate.size(move_estimate.counts(db)) - there
        if (free := disk.free(folder) // MIB) < wanted:
            raise Refusal(f"{folder} has {free} MiB free, and the copy needs about {wanted} MiB")


def require_back(settings: Settings, url: str) -> Settings:
    """The settings as they will stand after an undo to this address. Raises Refusal, StoreError
    where Chapar could not start with the database of before."""
    after = settings_with(settings, url)
    for file in files_of(after.database_url)[:1]:
        if not file.exists():
            raise Refusal(f"the database of before, {file}, is gone; there is nothing to undo to")
    require_usable(after.database_url)
    require_reachable(after.database_url)
    address_trial.require_of_service(settings.run, after.database_url)
    return after
