"""Passes wake-ups on between machines that share a database: one connection for each machine.

A process that wakes another tells a socket of this machine. Where nobody was there to be woken, the
word comes here and goes to every other machine, whose relay tells its own sockets. The first word
goes at once; those of the next milliseconds wait for each other, whatever their number. What is
lost on the way is found by the look that each process takes anyhow; whether such a look can find
anything, the relay asks the server for all processes of the machine.
"""

import select
import threading
import time
from collections.abc import Callable
from pathlib import Path

from procs.core import clock, log
from procs.core.files import rest_file
from procs.errors import StoreError
from procs.store import wake
from procs.store.database import Channel
from procs.store.server_absence import ServerAbsence
from procs.store.wake import WakeSocket

#: Seconds between two notifications at least, between two attempts to reach the server, and between
#: two looks at whether to end.
GATHERED, PAUSE, LOOK_INTERVAL = 0.005, 2.0, 0.5
#: What is logged where no word passes.
UNHEARD = "wake-relay.failed"
#: Seconds between two questions whether the database is at rest.
REST_LOOK = 5.0

#: What to do where a pooler in transaction mode lets no word of other machines through.
DEAF = "let CHAPAR_DATABASE_DIRECT_URL name the server behind the pooler"


class WakeRelay(threading.Thread):
    """The relay of one machine, until it is sent away."""

    def __init__(self, run: Path, channel: Callable[[], Channel]) -> None:
        super().__init__(name="wake-relay", daemon=True)
        self.folder, self.channel = run, channel
        self.socket = WakeSocket(run, wake.RELAY)
        self.gone = threading.Event()
        #: When the server is asked next, on this machine's steady clock.
        self.next_rest = 0.0
        self.absence = ServerAbsence("wake relay")

    def run(self) -> None:
        """Relay until sent away; a lost connection is made anew after PAUSE seconds."""
        while not self.gone.is_set():
            try:
                channel = self.channel()
            except StoreError as error:
                self.absence.note_either(error, UNHEARD)
                self.gone.wait(PAUSE)
                continue
            self.absence.end()
            try:
                if not channel.hears:
                    log.warning("wake-relay.deaf", fix=DEAF)
                self.pass_on(channel)
            except StoreError as error:
                self.absence.note_either(error, UNHEARD)
            finally:
                channel.close()
        self.socket.close()

    def note_rest(self, channel: Channel) -> bool:
        """Ask the server and tell the processes of this machine, when it is time. Returns whether
        it was asked. Raises StoreError."""
        if time.monotonic() < self.next_rest:
            return False
        self.next_rest = time.monotonic() + REST_LOOK
        at = clock.steady()
        try:
            mark = channel.rest()
            rest_file.write(self.folder, mark, at, channel.bot_until)
        except OSError as error:  # a full disk: each process looks for itself
            log.warning("rest.unwritten", error=error)
        return True

    def pass_on(self, channel: Channel) -> None:
        """Carry words both ways. Raises StoreError when the connection is gone."""
        here, there = self.socket.socket.fileno(), channel.fileno()
        next_at = 0.0
        while not self.gone.is_set():
            pause = next_at - time.monotonic()
            watched = [there] if pause > 0 else [here, there]
            ready, _, _ = select.select(watched, [], [], pause if pause > 0 else LOOK_INTERVAL)
            if here in ready:
                channel.say(self.socket.heard())
                next_at = time.monotonic() + GATHERED
            # Words of others may have come with the answer to ours, or with that about the rest.
            if self.note_rest(channel) or ready:
                for word in channel.heard():
                    wake_here(self.folder, word)

    def leave(self) -> None:
        """End soon."""
        self.gone.set()
        self.join(LOOK_INTERVAL * 2)


def wake_here(run: Path, word: bytes) -> None:
    """Wake a process of this machine. A name is one process; work is for whoever is idle."""
    name, _, rest = word.partition(b" ")
    if name == wake.IDLE_WORKERS and rest.isdigit():
        wake.wake_idle(run, int(rest))
    elif name.replace(b"-", b"").isalnum():
        wake.tell_here(run, name.decode(), rest)
