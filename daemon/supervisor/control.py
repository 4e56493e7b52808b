"""Controls supervisord over its unix socket; or by signals, where nobody answers there."""

import http.client
import os
import select
import signal as signals
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ProtocolError, ServerProxy

from supervisor.xmlrpc import Faults, SupervisorTransport, UnixStreamHTTPConnection

from daemon.command_error import NotRunning, NotUp
from daemon.supervisor import process_tree
from procs.core import clock

#: Seconds between two words about who is still waited for.
REPORT_INTERVAL = 5.0
#: Seconds until a supervisord that says nothing is taken for one that hangs.
ANSWER = 10.0
#: What supervisord refuses about one process, while it runs itself.
OF_ONE_PROCESS = (
    *(Faults.NOT_RUNNING, Faults.ALREADY_STARTED, Faults.SPAWN_ERROR),
    *(Faults.NO_FILE, Faults.NOT_EXECUTABLE, Faults.ABNORMAL_TERMINATION),
)
#: Seconds until a stop at once, by signals, becomes a kill.
STOP_TIMEOUT = 20.0


@dataclass(frozen=True, slots=True)
class ProcessState:
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
        """Seconds since its start; 0 when it is down."""
        return self.now - self.since if self.pid else 0.0


class SupervisorConnection(UnixStreamHTTPConnection):
    """One that gives up when a stopped supervisord neither answers nor hangs up."""

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(self.timeout if isinstance(self.timeout, float) else None)


class ControlTransport(SupervisorTransport):
    """XML-RPC over supervisord's socket, with a timeout for each call."""

    def __init__(self, address: str, timeout: float | None) -> None:
        super().__init__(None, None, address)

        def connection() -> SupervisorConnection:
            one = SupervisorConnection("localhost", timeout=timeout)
            one.socketfile = address.removeprefix("unix://")
            return one

        self._get_connection = connection


class Supervisor:
    """The supervisord of one home. Every question raises NotUp when nobody answers."""

    def __init__(self, run: Path) -> None:
        self.address = f"unix://{run}/supervisor.sock"

    def call(self, method: str, *words: Any, timeout: float | None = None) -> Any:
        """One call of supervisord's XML-RPC interface, on a connection of its own: one that failed
        cannot be used again."""
        transport = ControlTransport(self.address, timeout)
        with named(), ServerProxy("http://127.0.0.1", transport=transport) as server:
            return getattr(server.supervisor, method)(*words)

    def is_up(self) -> bool:
        """Whether supervisord runs and is not about to end."""
        try:
            return bool(self.call("getState", timeout=ANSWER)["statename"] == "RUNNING")
        except NotUp:
            return False

    def pid(self) -> int:
        """The process id of supervisord."""
        return int(self.call("getPID", timeout=ANSWER))

    def processes(self) -> list[ProcessState]:
        """All processes that supervisord knows."""
        return [
            ProcessState(
                group=facts["group"],
                name=facts["name"],
                state=facts["statename"],
                pid=facts["pid"],
                since=facts["start"],
                now=facts["now"],
            )
            for facts in self.call("getAllProcessInfo", timeout=ANSWER)
        ]

    def signal_one(self, title: str, signal: str) -> None:
        """Send a signal to one process. supervisord does not take the end that follows for one it
        was asked for, so the process is started again. Raises NotRunning."""
        self.call("signalProcess", title, signal, timeout=ANSWER)

    def start_one(self, title: str) -> None:
        """Start a process that is down; returns at once. Raises NotRunning when it cannot be, for
        one that runs already too."""
        self.call("startProcess", title, False, timeout=ANSWER)

    def shut_down(self) -> None:
        """Ask everything to stop, the workers first. Returns at once."""
        self.call("shutdown", timeout=ANSWER)


@contextmanager
def named() -> Iterator[None]:
    """Silence, a refused connection and "I am shutting down" are all the same to a caller; a
    process that does not run is another matter."""
    try:
        yield
    except Fault as error:
        kind = NotRunning if error.faultCode in OF_ONE_PROCESS else NotUp
        raise kind(error.faultString) from error
    except (OSError, http.client.HTTPException, ProtocolError) as error:
        why = error.strerror if isinstance(error, OSError) else None
        raise NotUp(why or str(error)) from error


def stop(run: Path, say: Callable[[str], None], *, now: bool = False) -> None:
    """Drain and stop everything on this home; returns when the last process has ended.

    `now` lets the workers put their jobs back into the queue instead of finishing them. A
    supervisord that does not answer is told by signals. Raises NotUp when nothing runs,
    PermissionError where this user cannot see that.
    """
    supervisor = Supervisor(run)
    try:
        alive = {process.pid: process.title for process in supervisor.processes() if process.pid}
        alive[supervisor.pid()] = "supervisord"
        doors = open_doors(alive)
        supervisor.shut_down()  # first: from here on it starts none again
        if now:
            end_workers(doors)
    except NotUp as error:
        pid = process_tree.supervisor_of(run)
        if pid is None:
            process_tree.require_seen(run)
            raise
        say(f"supervisord (pid {pid}) cannot be asked ({error}); it is told to stop by a signal")
        return stop_by_signals(pid, say, now=now)
    await_end(doors, say)


def end_workers(doors: dict[int, str]) -> None:
    """Have the workers among these processes put their jobs back instead of finishing them."""
    for door, title in doors.items():
        if title.partition(":")[0] == "worker":
            with suppress(ProcessLookupError):
                signals.pidfd_send_signal(door, signals.SIGINT)


def stop_by_signals(
    pid: int, say: Callable[[str], None], *, now: bool = False, patience: float = STOP_TIMEOUT
) -> None:
    """Stop a supervisord and all that is below it without its socket. With `now`, what has not
    ended after `patience` seconds is killed. Raises PermissionError for another user's."""
    tree = process_tree.below(pid)
    doors = open_doors({pid: "supervisord"} | {one.pid: one.title for one in tree})
    process_tree.send(pid, signals.SIGTERM)
    process_tree.send(pid, signals.SIGCONT)
    if now:
        for one in tree:
            if one.parent == pid and one.title == "worker":
                process_tree.send(one.pid, signals.SIGINT)
    left = await_end(doors, say, within=patience if now else None)
    for door in left:
        with suppress(ProcessLookupError):
            signals.pidfd_send_signal(door, signals.SIGKILL)
    await_end(left, say)


def open_doors(processes: dict[int, str]) -> dict[int, str]:
    """A descriptor for each process, readable when it has ended (pidfd_open(2)), with its name."""
    doors = {}
    for pid, title in processes.items():
        with suppress(ProcessLookupError):
            doors[os.pidfd_open(pid)] = title
    return doors


def await_end(
    doors: dict[int, str],
    say: Callable[[str], None],
    *,
    patience: float = REPORT_INTERVAL,
    within: float | None = None,
) -> dict[int, str]:
    """Tell who ends, and every `patience` seconds who is still waited for. Returns who is left
    after `within` seconds."""
    left, end = dict(doors), clock.now().boot + (within or 0.0)
    while left and (within is None or clock.now().boot < end):
        pause = patience if within is None else min(patience, max(0.0, end - clock.now().boot))
        ended, _, _ = select.select(list(left), [], [], pause)
        for door in ended:
            say(f"ended: {left.pop(door)}")
            os.close(door)
        if not ended:
            say(f"waiting for {', '.join(sorted(left.values()))}")
    return left
