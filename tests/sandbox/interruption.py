"""SIGTERM ends a long run of tests as Ctrl-C does: what it mounted, made and started is gone."""

import signal
import sys
from collections.abc import Callable

#: As a shell reports a command that ended by Ctrl-C.
INTERRUPTED = 130


def interruptible(main: Callable[[], int]) -> int:
    """Run a program's main, whose `finally` blocks see a KeyboardInterrupt, or a CancelledError
    where asyncio runs it: also of one that a shell started in the background, whose SIGINT is
    ignored. The exit code."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        return main()
    except KeyboardInterrupt:
        print("interrupted, and nothing is told", file=sys.stderr)
        return INTERRUPTED
