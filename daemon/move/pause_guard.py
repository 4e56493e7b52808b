"""`python -m daemon.move.pause_guard`: starts processes again when whoever stopped them is gone."""

import sys
import time
from pathlib import Path

from daemon.command_error import RestartUnderWay
from daemon.commands.restart import alone
from daemon.move import process_pause
from procs.errors import ChaparError


def main() -> int:
    """Wait for the end of standard input, which the kernel brings about when its writer dies."""
    if sys.stdin.read() == process_pause.DONE:
        return 0
    try:
        start_again(Path(sys.argv[1]))
    except (ChaparError, OSError) as error:
        print(
            f"chapar: the processes that were stopped do not all run: {error}; then run chapar "
            "move again, or chapar stop and chapar up",
            file=sys.stderr,
        )
        return 1
    return 0


def start_again(run: Path) -> None:
    """Start what is stopped, unless another command does it, which holds the lock meanwhile."""
    while process_pause.stopped(run):
        try:
            with alone(run):
                return process_pause.resume(run)
        except RestartUnderWay:
            time.sleep(process_pause.PAUSE_LOOK)


if __name__ == "__main__":
    sys.exit(main())
