"""The machine below the actors: its clocks, its process table, its source of randomness.

Nothing of the product is replaced but what it asks of the kernel: the time, the boot, the pid and
whether a process lives, random bytes, and to be woken after a while. A lock within a process is
free whenever it is asked for, so no time for it is ever over.
"""

import random
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from procs.core.clock import Now
from procs.store.health import workers
from procs.telegram import pace
from procs.telegram.server_clock import ServerClock

#: Seconds that a step takes.
STEP = 0.0002
BEGIN = Now(wall=1_790_000_000.0, boot=5000.0)


class Machine:
    """Clocks, processes and randomness of one run."""

    def __init__(self, seed: int) -> None:
        self.wall, self.boot = BEGIN.wall, BEGIN.boot
        self.boots = 1
        self.random = random.Random(seed)
        self.pids = 100
        #: Start of each living process.
        self.alive: dict[int, int] = {}
        #: The boot instant that each process was told last.
        self.asked: dict[int, float] = {}
        #: The process that runs.
        self.pid: Callable[[], int] = lambda: 0

    def now(self) -> Now:
        self.asked[self.pid()] = self.boot
        return Now(self.wall, self.boot)

    def skip(self, seconds: float) -> None:
        self.wall += seconds
        self.boot += seconds

    def boot_id(self) -> str:
        return f"boot-{self.boots}"

    def fork(self) -> int:
        self.pids += 1
        self.alive[self.pids] = self.pids
        return self.pids

    def end(self, pid: int) -> None:
        self.alive.pop(pid, None)

    def start_of(self, pid: int) -> int:
        return self.alive.get(pid, 0)

    def restart(self) -> None:
        """Another boot: its clock begins anew, and no process of the last one is there."""
        self.boots += 1
        self.wall += 20.0
        self.boot = 15.0
        self.alive.clear()

    def bytes(self, count: int) -> bytes:
        return self.random.randbytes(count)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Let the product ask this machine."""
        state = random.getstate()
        random.seed(self.random.getrandbits(64))
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.answers().items():
                patch.setattr(name, value)
            yield
        random.setstate(state)

    def answers(self) -> dict[str, Any]:
        kernel = SimpleNamespace(getpid=lambda: self.pid())
        own = workers.__name__
        return {
            "procs.core.clock.now": self.now,
            "procs.core.clock.own_wall": lambda: self.wall,
            "procs.core.clock.steady": lambda: self.boot,
            f"{pace.__name__}.CLOCK": ServerClock(),
            "procs.core.clock.boot_id": self.boot_id,
            f"{own}.boot_id": self.boot_id,
            f"{own}.start_of": self.start_of,
            f"{own}.os": kernel,
            "socket.gethostname": lambda: "machine",
            "random._urandom": self.bytes,
            "asyncio.sleep": self.sleep,
            "asyncio.timeout": lambda seconds: nullcontext(),
        }

    async def sleep(self, seconds: float, result: Any = None) -> Any:
        """What a coroutine of the worker waits for; the actor that drives it reads the instant."""
        await Until(self.boot + max(0.0, seconds))
        return result


class Until:
    """Waits until a boot instant."""

    def __init__(self, at: float) -> None:
        self.at = at

    def __await__(self) -> Generator["Until", None, None]:
        yield self
