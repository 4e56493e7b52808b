"""Runs the operator's command after each backup, which copies it to another place, and remembers
how that went: a copy that fails for weeks is missed when it is too late.
"""

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from procs.backups import durable_files
from procs.backups.backup_errors import BackupFailed
from procs.backups.backup_store import Backup
from procs.config import Settings
from procs.core import clock, codec, process

#: Seconds that a copy may take.
LONGEST_COPY = 3600.0
#: Characters of what a command said that are told.
OUTPUT_TOLD = 300
#: The file in the folder of backups that remembers the last.
COPY_NOTE = "copy.json"
#: What of our environment a command may need; nothing of it is a secret of ours.
PASSED = ("PATH", "HOME", "LANG", "USER", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "SSH_AUTH_SOCK")


@dataclass(frozen=True, slots=True)
class CopyRecord:
    """The last copy: a wall instant, the backup, how many failed in a row by then, and why the last
    one did."""

    at: float
    name: str
    failures: int = 0
    why: str = ""


def last(folder: Path) -> CopyRecord | None:
    """The latest copy; None before the first, or when its file is damaged."""
    try:
        return codec.sound_record(CopyRecord, codec.load((folder / COPY_NOTE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def carry(settings: Settings, backup: Backup, *, longest: float = LONGEST_COPY) -> None:
    """Have the operator's command copy a backup, and note how that went. Raises BackupFailed."""
    folder = settings.backup_folder
    try:
        run(settings.backup_command, folder / backup.name, backup, longest=longest)
    except BackupFailed as error:
        before = last(folder)
        note(folder, backup.name, 1 + (before.failures if before else 0), str(error))
        raise
    note(folder, backup.name, 0, "")


def note(folder: Path, name: str, failures: int, why: str) -> None:
    """Write down how a copy went. Raises OSError."""
    record = CopyRecord(clock.now().wall, name, failures, why)
    durable_files.write(folder / COPY_NOTE, codec.dump(asdict(record)).encode())


def run(command: str, file: Path, backup: Backup, *, longest: float = LONGEST_COPY) -> None:
    """Run it by a shell; it finds the backup in CHAPAR_BACKUP_FILE. Raises BackupFailed when it
    fails or takes longer; its whole group of processes is gone then, as whatever ends the wait."""
    around = surroundings(file, backup)
    with subprocess.Popen(
        ["/bin/sh", "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=file.parent,
        env=around,
        start_new_session=True,
    ) as child:
        try:
            said, _ = child.communicate(timeout=longest)
        except subprocess.TimeoutExpired:
            raise BackupFailed(
                f"CHAPAR_BACKUP_COMMAND took longer than {longest:.0f} s for {file.name}"
            ) from None
        finally:
            if child.returncode is None:  # also at Ctrl-C, which its own session does not hear
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
    if child.returncode:
        told = " ".join(said.decode(errors="replace").split())[-OUTPUT_TOLD:]
        raise BackupFailed(
            f"{file.name} is ok and was not copied: CHAPAR_BACKUP_COMMAND ended with "
            f"{child.returncode}: {told}"
        )


def surroundings(file: Path, backup: Backup) -> dict[str, str]:
    """Few variables, so that no secret of ours goes along."""
    return process.environment(PASSED) | {
        "CHAPAR_BACKUP_FILE": str(file),
        "CHAPAR_BACKUP_FOLDER": str(file.parent),
        "CHAPAR_BACKUP_SHA256": backup.sha256,
    }
