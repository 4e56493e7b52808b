"""supervisord, asked over its unix socket."""

import http.client
import os
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ProtocolError, ServerProxy

from supervisor.xmlrpc import Faults, SupervisorTransport

from daemon.errors import NotRunning, NotUp

#: Seconds between two words about who is still waited for.
PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Process:
    """One process as supervisord knows it. `since` is a wall instant, `pid` 0 when it is down."""

    group: str
    name: str
    state: str
    pid: int
    since: float
    now: float

    @property
    def title(self) -> str:
        """The name that supervisorctl takes."""
        return self.name if self.name == self.group else f"{self.group}:{self.name}"

    @property
    def up_for(self) -> float:
        return self.now - self.since if self.pid else 0.0


class Supervisor:
    """The supervisord of one home. Every question raises NotUp when nobody answers."""

    def __init__(self, run: Path) -> None:
        self.address = f"unix://{run}/supervisor.sock"

    def call(self, method: str, *words: Any) -> Any:
        """One call of supervisord's XML-RPC interface, on a connection of its own: one that failed
        cannot be used again."""
        transport = SupervisorTransport(None, None, self.address)
        with named(), ServerProxy("http://127.0.0.1", transport=transport) as server:
            return getattr(server.supervisor, method)(*words)

    def is_up(self) -> bool:
        try:
            return bool(self.call("getState")["statename"] == "RUNNING")
        except NotUp:
            return False

    def pid(self) -> int:
        return int(self.call("getPID"))

    def processes(self) -> list[Process]:
        return [
            Process(
                group=facts["group"],
                name=facts["name"],
                state=facts["statename"],
                pid=facts["pid"],
                since=facts["start"],
                now=facts["now"],
            )
            for facts in self.call("getAllProcessInfo")
        ]

    def signal(self, group: str, signal: str) -> None:
        """Send a signal (`TERM`, `INT`, …) to every process of a group."""
        self.call("signalProcessGroup", group, signal)

    def signal_one(self, title: str, signal: str) -> None:
        """Send a signal to one process. supervisord does not take the end that follows for one it
        was asked for, so the process is started again. Raises NotRunning."""
        self.call("signalProcess", title, signal)

    def shut_down(self) -> None:
        """Ask everything to stop, the workers first. Returns at once."""
        self.call("shutdown")


@contextmanager
def named() -> Iterator[None]:
    """Silence, a refused connection and "I am shutting down" are all the same to a caller; a
    process that does not run is another matter."""
    try:
        yield
    except Fault as error:
        kind = NotRunning if error.faultCode == Faults.NOT_RUNNING else NotUp
        raise kind(error.faultString) from error
    except (OSError, http.client.HTTPException, ProtocolError) as error:
        raise NotUp(str(error)) from error


def stop(run: Path, say: Callable[[str], None], *, now: bool = False) -> None:
    """Drain and stop everything on this home; returns when the last process has ended.

    `now` lets the workers put their jobs back into the queue instead of finishing them. Raises
    NotUp when nothing runs.
    """
    supervisor = Supervisor(run)
    alive = {process.pid: process.title for process in supervisor.processes() if process.pid}
    alive[supervisor.pid()] = "supervisord"
    doors = open_doors(alive)
    if now:
        supervisor.signal("worker", "INT")
    supervisor.shut_down()
    await_end(doors, say)


def open_doors(processes: dict[int, str]) -> dict[int, str]:
    """A descriptor for each process, readable when it has ended (pidfd_open(2)), with its name."""
    doors = {}
    for pid, title in processes.items():
        with suppress(ProcessLookupError):
            doors[os.pidfd_open(pid)] = title
    return doors


def await_end(
    doors: dict[int, str], say: Callable[[str], None], *, patience: float = PATIENCE
) -> None:
    """Tell who ends, and every `patience` seconds who is still waited for."""
    left = dict(doors)
    while left:
        ended, _, _ = select.select(list(left), [], [], patience)
        for door in ended:
            say(f"ended: {left.pop(door)}")
            os.close(door)
        if not ended:
            say(f"waiting for {', '.join(sorted(left.values()))}")
