"""supervisord reads what processes wrote five times a second, and hears all else at once.

Each line woke it, which costs 0.25 ms of CPU: it asks and goes over everything that it keeps. What
a process writes meanwhile waits in its pipe, which holds 64 KiB; one that writes more waits for a
fifth of a second. Deaths ring the bell (`supervisord.py`), and what a dead process wrote last is
read before its end is noted.
"""

from supervisor import supervisord
from supervisor.dispatchers import POutputDispatcher
from supervisor.options import ServerOptions
from supervisor.poller import PollPoller

from procs.core import clock

#: Seconds from one look at what was written to the next.
LOG_INTERVAL = 0.2
#: Descriptors that can be read, and that can be written.
Ready = tuple[list[int], list[int]]


class LogPoller(PollPoller):
    """Waits for `logs` together, and for all others at any time."""

    def __init__(self, options: ServerOptions) -> None:
        super().__init__(options)
        self.logs: set[int] = set()
        self.next_read = 0.0

    def poll(self, timeout: float) -> Ready:
        """What is ready, after `timeout` seconds at most."""
        early = min(self.next_read - clock.steady(), timeout)
        if early > 0:
            found = self.poll_others(early)
            if any(found):
                return found
            timeout -= early
        readable, writable = super().poll(timeout)
        if self.logs.intersection(readable):
            self.next_read = clock.steady() + LOG_INTERVAL
        return readable, writable

    def poll_others(self, timeout: float) -> Ready:
        """The same, whatever was written to a log."""
        held = self.logs & self.readables
        for log in held:
            self._poller.unregister(log)
        try:
            readable, writable = super().poll(timeout)
        finally:
            for log in held:
                self._poller.register(log, self.READ)
        return readable, writable


class LogSupervisor(supervisord.Supervisor):
    """Tells the poller which of what it waits for are logs."""

    def get_process_map(self) -> dict[int, object]:
        """Called by supervisord before each wait."""
        found: dict[int, object] = super().get_process_map()
        logs = {file for file, one in found.items() if isinstance(one, POutputDispatcher)}
        self.options.poller.logs = logs
        return found
