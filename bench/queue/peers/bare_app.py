"""The floor of a wake-up: the barest table, a datagram, and a worker that does nothing between.

What the disk and the kernel take of a wake-up, no queue on SQLite between two processes can save.
`python -m bench.queue.peers.bare_app` is the worker.
"""

import contextlib
import os
import socket
import time
from collections.abc import Iterable
from pathlib import Path

from bench.queue.bare import ADD, CLAIM, FINISH, Bare
from bench.queue.tally import Tally

#: Bytes of a word.
WORD = 64


def place() -> Path:
    """The folder of the table, and of the worker's socket."""
    return Path(os.environ["BENCH_PLACE"])


def ear() -> Path:
    """The worker's socket."""
    return place() / "wake.sock"


def enqueue(numbers: Iterable[int]) -> None:
    """Add jobs one by one, and tell the worker of each."""
    bare, speaker = Bare(place(), room=1), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    for number in numbers:
        with bare.write():
            facts = {"id": None, "user": number, "state": 0, "seat": -1}
            bare.connection.execute(ADD, facts)
        with contextlib.suppress(OSError):  # a worker that is not there yet looks when it is
            speaker.sendto(b"work", str(ear()))


def main() -> None:
    """Claim one job for each word, for ever."""
    bare, tally = Bare(place(), room=1), Tally()
    run = bare.connection.execute
    ear().unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(ear()))
        while True:
            with bare.write():
                facts = {"end": time.monotonic(), "room": 1}
                found = run(CLAIM, facts).fetchall()
            for job, fence, number, *_ in found:
                tally.ran(number)
                with bare.write():
                    run(FINISH, {"now": time.monotonic(), "job": job, "fence": fence})
            if not found:
                listener.recv(WORD)


if __name__ == "__main__":
    main()
