"""Gives the memory that a process does not use any more back to the machine.

What is freed stays with the process: malloc returns only what lies at the end of its heap. What a
start, or a busy hour, needed for a moment would be held for ever: 2 to 3 MiB of each process.
"""

import asyncio
import ctypes
from contextlib import suppress

#: Seconds after which a start is over, and from one time to the next.
STARTED, REST = 4.0, 600.0


def give_back() -> None:
    """Do it now; a millisecond."""
    with suppress(AttributeError):  # another C library than glibc
        ctypes.CDLL(None).malloc_trim(0)


def give_back_now_and_then() -> None:
    """Do it when the start is over, and again and again as long as the running loop lives."""
    asyncio.get_running_loop().call_later(STARTED, give_back_again)


def give_back_again() -> None:
    """Do it, and have it done again."""
    give_back()
    asyncio.get_running_loop().call_later(REST, give_back_again)
