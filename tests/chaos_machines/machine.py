"""One machine of a storm: its processes, its place in the network, and its clock."""

import os
import struct
from contextlib import suppress
from pathlib import Path

import psutil

from daemon.command_error import NotUp
from tests.sandbox.network import HUB, Namespace
from tests.sandbox.stack import Stack

NURSERY = "procs.engine.nursery.main"
#: The folder of what sets a machine's clock.
CLOCKS = Path(__file__).parent / "skewed_clock"


class Machine:
    """A stack of its own. Where there are no network namespaces (`network` None) a machine that is
    cut from the others stands still instead."""

    def __init__(
        self, name: str, network: Namespace | None, beside: Stack | None, **facts: str
    ) -> None:
        self.name, self.network = name, network
        self.stack = Stack(
            judged=False,
            beside=beside,
            inside=network.words if network else (),
            host=HUB if network else "127.0.0.1",
            machine=name,
            **facts,
        )
        self.clock = self.stack.home / "clock"  # the folder is there: a temporary one
        self.sets_clock(0.0)
        path = os.pathsep.join(filter(None, (str(CLOCKS), os.environ.get("PYTHONPATH"))))
        self.stack.around = {"PYTHONPATH": path, "SKEWED_CLOCK": str(self.clock)}
        self.is_down = False

    def sets_clock(self, wrong_by: float) -> None:
        """Set the wall clock of every process of this machine."""
        with self.clock.open("r+b" if self.clock.exists() else "wb") as file:
            file.write(struct.pack("d", wrong_by))

    def cut(self) -> None:
        if self.network:
            self.network.cut()
        else:
            self.stack.freeze()

    def join(self) -> None:
        if self.network:
            self.network.join()
        else:
            self.stack.thaw()

    async def lose_power(self) -> None:
        """Kill every process at once."""
        self.is_down = True
        self.stack.kill_all()
        assert self.stack.chapar is not None
        await self.stack.chapar.wait()

    async def come_back(self) -> None:
        """Start again, as systemd does after a boot."""
        if self.stack.database is not None:
            self.stack.database.close()
        self.is_down = False
        await self.stack.up()

    def pids(self, kind: str) -> list[int]:
        """The processes of this kind; none of a machine that is down, or whose supervisord does
        not answer."""
        with suppress(NotUp, psutil.NoSuchProcess):
            if kind == "nursery" and not self.is_down:
                return nurseries(self.stack)
            known = () if self.is_down else self.stack.supervisor.processes()
            return [one.pid for one in known if one.pid and one.title.split(":")[0] == kind]
        return []


def nurseries(stack: Stack) -> list[int]:
    """The nursery of a machine, which no supervisor keeps; its children share its name."""
    mine = {NURSERY, str(stack.state / "run")}
    found = {
        process.pid: process.ppid()
        for process in psutil.process_iter(["cmdline"])
        if mine <= set(process.info["cmdline"] or [])
    }
    return [pid for pid, parent in found.items() if parent not in found]
