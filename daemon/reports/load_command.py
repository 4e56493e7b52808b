"""`chapar load`: the load test, which lives beside the code and not in a package."""

import importlib.util
import os
import sys
from pathlib import Path
from typing import NoReturn

from daemon.command_error import Refusal

CHECKOUT = Path(__file__).resolve().parents[2]
#: What plays the load: its program, and what it needs beyond the product.
PROGRAM, LIBRARIES = "bench.load", ("hdrh", "aiohttp", "psutil")


def become(words: list[str]) -> NoReturn:
    """Turn this process into the load test. Raises Refusal where it is not at hand."""
    if not (CHECKOUT / PROGRAM.replace(".", "/")).is_dir():
        raise Refusal(
            "the load test needs a checkout of the source, where its loopback Telegram is:"
            " make install there, then chapar load"
        )
    if missing := [name for name in LIBRARIES if importlib.util.find_spec(name) is None]:
        raise Refusal(
            f"the load test needs {', '.join(missing)}: make install in the checkout brings it"
        )
    os.chdir(CHECKOUT)
    os.execv(sys.executable, [sys.executable, "-m", PROGRAM, *words])
