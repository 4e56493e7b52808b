"""One machine of a storm: its processes, its place in the network, and its clock."""

import struct
from pathlib import Path

from tests.sandbox.network import Namespace
from tests.sandbox.stack import Stack

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
            machine=name,
            **facts,
        )
        self.clock = self.stack.home / "clock"  # the folder is there: a temporary one
        self.sets_clock(0.0)
        self.stack.around = {"PYTHONPATH": str(CLOCKS), "SKEWED_CLOCK": str(self.clock)}
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

    def slow(self) -> None:
        if self.network:
            self.network.slow()

    def quicken(self) -> None:
        if self.network:
            self.network.quicken()

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
