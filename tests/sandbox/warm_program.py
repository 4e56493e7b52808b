"""A program that tells what kind of process it is, as JSON; run as `-m tests.sandbox.warm_program`.

It ends as `WARM_END` says: with a number, with words, or with an exception.
"""

import gc
import json
import os
import random
import signal
import sys
from pathlib import Path

SIGNALS = ("TERM", "INT", "HUP", "CHLD", "USR2", "PIPE")


def facts() -> dict[str, object]:
    words = Path("/proc/self/cmdline").read_text().rstrip("\0").split("\0")
    return {
        "argv": sys.argv,
        "words": words,
        "orig": sys.orig_argv,
        "signals": [str(signal.getsignal(getattr(signal, f"SIG{name}"))) for name in SIGNALS],
        "bell": signal.set_wakeup_fd(-1),
        "environ": dict(sorted(os.environ.items())),
        "main": sys.modules["__main__"].__dict__["__name__"],
        "folder": os.getcwd(),
        "open": stays_open(),
    }


def stays_open() -> bool:
    """Whether what this process opens is closed by nobody else: not by what its parent left."""
    files = [open(os.devnull) for _ in range(9)]  # noqa: SIM115
    gc.collect()
    return all(os.fstat(file.fileno()) for file in files)


if __name__ == "__main__":
    print(json.dumps([facts(), random.random(), os.getppid()]))
    end = os.environ.get("WARM_END", "0")
    if end == "error":
        raise LookupError("the program's own")
    sys.exit(int(end) if end.isdecimal() else end)
