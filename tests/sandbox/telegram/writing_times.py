"""When a call was written, as far as a server can know.

A call is numbered by its client's idea of the server's time, which is behind that time by what the
packets that told it took on their way (core.telegram.org/mtproto/description, "Message
Identifier"). So the number says when the call was written at the earliest, and no call of a session
is numbered further behind than its quickest one arrived late.
"""

import time
from dataclasses import dataclass
from math import inf

#: Seconds in a second by which a client that corrects its idea of the time may fall behind.
DRIFT = 0.05


@dataclass(slots=True)
class Numbering:
    """How far the numbers of one session are behind the server's time at most, and when that was
    found; below 0 they are ahead by so much."""

    behind: float = inf
    at: float = 0.0

    def note(self, age: float, now: float) -> float:
        """A number of this age arrived. The bound that holds for it."""
        self.behind = min(age, self.behind + (now - self.at) * DRIFT)
        self.at = now
        return self.behind


class Numberings:
    """Those of all sessions."""

    def __init__(self) -> None:
        self.sessions: dict[bytes, Numbering] = {}

    def note(self, session: bytes, number: int) -> None:
        """A message of this number arrived just now."""
        now = time.time()
        self.sessions.setdefault(session, Numbering()).note(now - number / 2**32, now)

    def behind(self, session: bytes) -> float:
        """By how many seconds at most the numbers of a session are behind."""
        found = self.sessions.get(session)
        return found.behind if found else inf
