"""`python -m daemon.supervisor.supervisord`: supervisord, awake as soon as something happens.

Unchanged it looks for dead children when something else wakes it, or once a second: a child's
signal is noted, but no longer ends its poll(2), since Python takes up interrupted calls again (PEP
475). So a killed worker kept its leases, and a killed bot was missed, for up to a second each, and
a stop took one for each step. Here signals ring a bell that it listens to beside its sockets, and
so does each change of a process's state, because supervisord acts on it in its next round only.
"""

import os
import signal
import sys
from contextlib import suppress

from supervisor import events, supervisord
from supervisor.medusa.asyncore_25 import file_dispatcher
from supervisor.options import ServerOptions
from supervisor.states import SupervisorStates

from procs.core import process


class WakePipe(file_dispatcher):
    """A pipe among what supervisord polls, written to by signals and by `ring`."""

    def __init__(self) -> None:
        ears, self.hand = os.pipe()
        super().__init__(ears)
        os.set_blocking(self.hand, False)
        signal.set_wakeup_fd(self.hand, warn_on_full_buffer=False)

    def ring(self, _event: events.ProcessStateEvent | None = None) -> None:
        with suppress(BlockingIOError):  # it rings already
            os.write(self.hand, b"!")

    def writable(self) -> bool:
        return False

    def handle_read(self) -> None:
        self.recv(1024)

    def take_down(self) -> None:
        signal.set_wakeup_fd(-1)
        self.del_channel()
        self.socket.close()
        os.close(self.hand)


class SupervisordOptions(ServerOptions):
    """supervisord's settings and its hold on the system, with a bell beside its signals."""

    bell: WakePipe | None = None

    def setsignals(self) -> None:
        super().setsignals()
        self.bell = WakePipe()
        events.subscribe(events.ProcessStateEvent, self.bell.ring)


def main() -> None:
    """Serve until a signal stops it; a HUP starts again, as supervisord's own `main` does."""
    process.keep_private()  # its setting `umask` is only for when it detaches itself
    first, mood = True, SupervisorStates.RESTARTING
    while mood == SupervisorStates.RESTARTING:
        options = SupervisordOptions()
        options.realize(sys.argv[1:], doc=supervisord.__doc__)
        options.first, options.test = first, False
        supervisord.go(options)
        if options.bell:
            options.bell.take_down()
        options.close_httpservers()
        options.close_logger()
        first, mood = False, options.mood


if __name__ == "__main__":
    main()
