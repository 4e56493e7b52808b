"""`python -m procs.backups`: takes a backup at a low priority, prunes the others, runs the command
of the operator's that copies it, and once a month tries the oldest again."""

import signal
import sys

from procs import config
from procs.backups import backup_drill, backup_taker, offsite_copy, retention
from procs.config import Settings
from procs.core import log, process
from procs.errors import ChaparError

#: Steps below the usual priority.
NICE = 10


def main() -> int:
    process.keep_private()
    process.end_with_parent(signal.SIGKILL)
    process.be_nice(NICE)
    try:
        settings = config.load(need_telegram=False)
        log.start(settings.log_level, settings.log_form)
        carry_out(settings)
    except (config.BadSettings, ChaparError, OSError) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1
    return 0


def carry_out(settings: Settings) -> None:
    """Take a backup, prune, drill when the month is over, copy it off this machine. Raises
    BackupFailed."""
    backup = backup_taker.take(settings, lambda line: None)
    facts = {"file": backup.name, "bytes": backup.size, "sha256": backup.sha256}
    log.info("backup.verified", **facts)
    for one in retention.prune(settings.backup_folder, retention.Retention(*settings.backup_keep)):
        log.info("backup.pruned", file=one.name)
    if backup_drill.is_due(settings):
        drill = backup_drill.run(settings)
        log.info("backup.drilled", file=drill.name, state=drill.state, why=drill.why or None)
    if settings.backup_command:
        offsite_copy.carry(settings, backup)
        log.info("backup.copied", file=backup.name)


if __name__ == "__main__":
    sys.exit(main())
