"""Makes a lost connection anew, beside the thread that lost it.

A server that restarts refuses for seconds, and one whose machine is gone lets whoever connects
wait. A process with a loop may wait for neither: it is told that the server is away, does what it
can without, and asks again.
"""

import threading

from procs.errors import StoreAway, StoreError
from procs.store.postgresql.pooler import Greeted, greet
from procs.store.postgresql.server_faults import silence
from procs.store.postgresql.statements.server_patience import ServerPatience

#: Seconds between two attempts to connect: at first, and at most; each is so many times longer.
FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 0.05, 1.0, 1.5
#: Seconds that the first caller of an outage waits: a server that only ended a connection gives
#: another one at once.
PATIENCE = 0.5


class ServerReconnection(threading.Thread):
    """Attempts to connect until one succeeds, or nobody wants it any more."""

    def __init__(self, url: str, answers: ServerPatience) -> None:
        """`answers` of the old connection: whether that was lost to a silence, and how long the
        server is left alone first."""
        super().__init__(name="reconnection", daemon=True)
        self.url, self.rest = url, answers.pause()
        self.statement_timeout = answers.statement_timeout
        self.found: Greeted | None = None
        self.why = silence(url) if answers.was_silent() else "the server is asked for a connection"
        self.over, self.unwanted = threading.Event(), threading.Event()
        self.lock = threading.Lock()
        self.patience = PATIENCE

    def run(self) -> None:
        self.unwanted.wait(self.rest)
        pause = FIRST_PAUSE
        while not self.unwanted.is_set():
            try:
                self.keep(greet(self.url, self.statement_timeout))
            except StoreError as error:
                self.why = str(error)
                self.unwanted.wait(pause)
                pause = min(LONGEST_PAUSE, pause * GROWTH)
            else:
                return

    def keep(self, found: Greeted) -> None:
        """Hand over a new session, or close it when nobody wants it any more."""
        with self.lock:
            if self.unwanted.is_set():
                return found.session.close()
            self.found = found
        return self.over.set()

    def take(self) -> Greeted:
        """The new session; the first call waits a moment for it. Raises StoreAway."""
        self.over.wait(self.patience)
        self.patience = 0.0
        if self.found is None:
            raise StoreAway(self.why)
        return self.found

    def leave(self) -> None:
        """End soon, without a session."""
        with self.lock:
            self.unwanted.set()
            if self.found is not None:
                self.found.session.close()


def begun(url: str, answers: ServerPatience) -> ServerReconnection:
    """One that attempts it. Raises StoreAway where the system has no thread for it now: the next
    caller begins another."""
    made = ServerReconnection(url, answers)
    try:
        made.start()
    except RuntimeError as error:
        raise StoreAway(f"{made.why}, for which there is no thread ({error})") from error
    return made
