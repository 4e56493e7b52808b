"""What befalls a whole machine at once: all processes of one stack."""

import asyncio
import os
import signal
from contextlib import suppress

from daemon.supervisor import process_tree


class WholeMachine:
    """A stack whose first process is `chapar`."""

    chapar: asyncio.subprocess.Process | None
    frozen = False

    def kill_all(self) -> None:
        """Kill every process of this machine at once, as when its power goes."""
        self.signal_all(signal.SIGSTOP)
        self.signal_all(signal.SIGKILL)

    def freeze(self) -> None:
        """Let this machine stand still, as when its host does."""
        self.frozen = True
        self.signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        self.frozen = False
        self.signal_all(signal.SIGCONT)

    def signal_all(self, signum: signal.Signals) -> None:
        """Send a signal to every process of this machine, the first of them first."""
        assert self.chapar is not None
        for pid in [self.chapar.pid, *(one.pid for one in process_tree.below(self.chapar.pid))]:
            with suppress(ProcessLookupError):  # it ended meanwhile
                os.kill(pid, signum)
