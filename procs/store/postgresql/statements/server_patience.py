"""How long a process waits for a server that says nothing."""

from math import inf

from procs.core import clock

#: Seconds for the first answer that does not come, and for those soon after it; and after which
#: that is forgotten. A wait for a lock ends before (the session's `lock_timeout`).
LONGEST, AGAIN, MEMORY = 15.0, 2.0, 60.0
#: Seconds before the next connection, by the silences before: one alone is a session that hangs.
PAUSES = (0.0, 0.0, 5.0, 10.0, 20.0)
#: After which the server ends a statement of a process that serves.
LONGEST_STATEMENT = "60s"


class ServerPatience:
    """How long a connection, and those that take its place, wait for a server that is connected and
    says nothing.

    One whose storage stands still accepts what it is sent, and the network is fine, so nothing of
    TCP notices. A process with a loop that waits for it serves nobody, beats no more, and is killed
    as one that hangs. So after a time the connection counts as lost (`bounded`); others wait for as
    long as the server lets them (statement_timeout). Each statement that was given up keeps a
    session of the server busy until that works again: so the next ones wait for less, and after the
    second silence the server is left alone for a while.

    `statement_timeout` is what the server is told of one statement. A move makes indexes and copies
    tables for as long as that takes.
    """

    def __init__(self, *, bounded: bool = False, unhurried: bool = False) -> None:
        self.bounded = bounded
        self.statement_timeout = "0" if unhurried else LONGEST_STATEMENT
        self.silences, self.silent_at = 0, -inf

    def seconds(self) -> float | None:
        """How long the next answer may take; None without a limit."""
        if not self.bounded:
            return None
        return AGAIN if self.was_silent() else LONGEST

    def note_silence(self) -> None:
        """An answer did not come in time."""
        self.silences = self.silences + 1 if self.was_silent() else 1
        self.silent_at = clock.steady()

    def pause(self) -> float:
        """Seconds to wait before a new connection."""
        silences = self.silences if self.was_silent() else 0
        return PAUSES[min(silences, len(PAUSES) - 1)]

    def was_silent(self) -> bool:
        """Whether a silence is not long ago."""
        return clock.steady() - self.silent_at < MEMORY
