"""Has this machine restarted where another machine ordered it: by a process of its own, which
outlives the keeper that it replaces.
"""

import os
import subprocess
import sys
from pathlib import Path

from procs.config import Settings
from procs.core import log
from procs.store.database import Database
from procs.store.machines import restart_orders
from procs.store.machines.restart_orders import RestartOrder

#: What a rolling restart is called on its command line, and its log below the home.
COMMAND, LOG = "rolling-restart", "rolling-restart.log"
#: The exit code of an order whose process died.
BROKEN_OFF = 1


class RestartRunner:
    """One keeper's. `children` are the restarts that it started, by the number of the order, or of
    the admin's order."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings
        self.children: dict[tuple[str, int], subprocess.Popen[bytes]] = {}

    def is_busy(self) -> bool:
        """Whether a restart that it started runs, of whose end no row tells."""
        return any(child.poll() is None for child in self.children.values())

    def watch(self) -> None:
        """Note which restarts are over, whoever ordered them; begin what another machine ordered,
        and end what was broken off."""
        for child in self.children.values():
            child.poll()
        if not self.settings.has_server:
            return
        for order in restart_orders.due(self.db, self.settings.machine):
            self.obey(order)

    def obey(self, order: RestartOrder) -> None:
        """Start the restart that an order asks for, once, or end an order whose restart was
        killed."""
        if order.runner and not is_restart(order.runner):
            log.error("order.broken-off", order=order.id)
            restart_orders.note(self.db, order.id, "the restart was killed before its end")
            restart_orders.end(self.db, order.id, BROKEN_OFF)
        elif not order.runner:
            self.start("--machine-order", order.id)

    def start(self, option: str, order: int) -> None:
        """Start the command that does it, unless it runs; it takes the order, so a second one
        leaves at once."""
        child = self.children.get((option, order))
        if child is not None and child.returncode is None:
            return
        words = (sys.executable, "-m", "daemon.cli", COMMAND, option, str(order))
        mode = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        said = os.open(self.settings.logs / LOG, mode, 0o600)
        try:
            log.info("order.started", order=order, kind=COMMAND)
            self.children[option, order] = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
            )
        finally:
            os.close(said)


def is_restart(pid: int) -> bool:
    """Whether a process is a rolling restart; a number may belong to another by now."""
    try:
        return COMMAND.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
