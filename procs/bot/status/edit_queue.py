"""Whose message is edited next: people take turns, and within a person the most urgent goes first.

The bot may make one progress edit a second. Were that given to messages, somebody with a hundred
links would have a hundred turns to another's one.
"""

from collections.abc import Iterable

from procs.bot.status import edit_throttle
from procs.bot.status.status_text import StatusView
from procs.store.requests.request_status import RequestStatus

#: Seconds of waiting by which a person comes sooner whose message has a new stage to tell.
AHEAD = 3.0
#: Seconds between two final edits for one person, and how many may come at once: Telegram states no
#: limit for them, and a hundred cancelled links of one person must not make everybody wait.
GAP, BURST = 1.0, 4

#: A message that may be edited now: its request's row, and what it should say.
Ready = tuple[RequestStatus, StatusView]


class EditQueue:
    """When each person had a turn. Losing it costs nobody more than one turn: what the rows say of
    the messages that are there stands in for it."""

    def __init__(self) -> None:
        self.served: dict[int, float] = {}
        #: The instant from which each person has no recent final edit (GCRA, the leaky bucket as a
        #: clock).
        self.ended: dict[int, float] = {}

    def keep(self, rows: Iterable[RequestStatus]) -> None:
        """Forget people without a message, and add those who have one."""
        latest: dict[int, float] = {}
        for row in rows:
            latest[row.user] = max(row.shown_at, latest.get(row.user, 0.0))
        self.served = {user: self.served.get(user, at) for user, at in latest.items()}
        self.ended = {user: at for user, at in self.ended.items() if user in latest}

    def may_end(self, user: int, now: float) -> bool:
        """Whether a person may have one more final edit now. Counts it."""
        empty_at = max(self.ended.get(user, now), now)
        if empty_at > now + GAP * (BURST - 1):
            return False
        self.ended[user] = empty_at + GAP
        return True

    def may_end_at(self, user: int) -> float:
        """From which instant on a person, who may have no final edit now, may have one."""
        return self.ended.get(user, 0.0) - GAP * (BURST - 1)

    def next(self, ready: Iterable[Ready], now: float) -> int | None:
        """The request in whose row the message stands whose turn it is; its person goes to the
        back of the line."""
        firsts: dict[int, tuple[tuple[bool, float], int]] = {}
        for row, view in ready:
            one = edit_throttle.urgency(view, edit_throttle.shown(row)), row.request
            firsts[row.user] = min(firsts.get(row.user, one), one)
        if not firsts:
            return None
        user = min(firsts, key=lambda user: self.order(user, progress=firsts[user][0][0]))
        self.served[user] = now
        return firsts[user][1]

    def order(self, user: int, *, progress: bool) -> float:
        """Who waited longest comes first. A new stage comes a little sooner, but nobody's many new
        stages can keep another's progress waiting for long."""
        return self.served.get(user, 0.0) - (0.0 if progress else AHEAD)
