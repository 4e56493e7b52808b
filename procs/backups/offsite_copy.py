"""Runs the operator's command after each backup, which copies it to another place."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from procs.backups.backup_errors import BackupFailed
from procs.backups.backup_store import Backup
from procs.core import process

#: Seconds that a copy may take.
LONGEST_COPY = 3600.0
#: Characters of what a command said that are told.
OUTPUT_TOLD = 300
#: What of our environment a command may need; nothing of it is a secret of ours.
PASSED = ("PATH", "HOME", "LANG", "USER", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "SSH_AUTH_SOCK")


def run(command: str, file: Path, backup: Backup, *, longest: float = LONGEST_COPY) -> None:
    """Run it by a shell; it finds the backup in CHAPAR_BACKUP_FILE. Raises BackupFailed when it
    fails or takes longer; its whole group of processes is gone then."""
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
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            raise BackupFailed(
                f"CHAPAR_BACKUP_COMMAND took longer than {longest:.0f} s for {file.name}"
            ) from None
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
