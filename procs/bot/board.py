"""The board: one status message per request, kept true to what the store says.

Nothing is remembered here that a restart would miss: whether a message exists, what it says, and
under which random_id it is sent stand in the request's row.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from procs import clock, log
from procs.bot import rhythm, view
from procs.bot.edit_turns import EditTurns
from procs.bot.hand import Hand
from procs.bot.settling import logged
from procs.bot.speech import EDIT, Speech
from procs.bot.view import View
from procs.clock import Now
from procs.errors import ChatClosed, StoreFull, TelegramAway, TelegramRefused, TelegramWait
from procs.job import State
from procs.store import glances, wake
from procs.store.database import Database
from procs.store.glances import Glance
from procs.store.wake import Ear
from procs.telegram.front import Front
from procs.telegram.pace import EDITS

#: Seconds between two looks: the longest when nobody calls, the shortest when everybody does.
LOOK, CALM = 1.0, 0.2
#: Seconds after which is looked though nothing changed: time alone makes a worker seem to stall,
#: and brings the next attempt nearer.
STILL = 5.0
#: Seconds that a known media has to arrive before its request gets a status message.
GRACE = 1.5
#: Seconds of rest for a request whose message could not be written.
REST = 2.0

Deed = Coroutine[Any, Any, None]


@dataclass(slots=True)
class Memory:
    """What the board saves itself from doing again for one request. Losing it costs a look."""

    row: Glance | None = None
    view: View | None = None
    #: No message before this wall instant: the media is about to arrive.
    withheld: float = 0.0
    #: Nothing before this wall instant: the last attempt failed.
    resting: float = 0.0


class Board:
    """Decides what is to be done with each message, and lets the hand do one deed at a time."""

    def __init__(self, db: Database, front: Front, speech: Speech) -> None:
        self.db = db
        self.front = front
        self.speech = speech
        self.hand = Hand(db, front, speech)
        self.turns = EditTurns()
        self.busy: dict[int, asyncio.Task[str]] = {}
        self.memories: dict[int, Memory] = {}
        self.next_edit = 0.0
        self.looked = 0.0
        self.restless = True

    # --- first answers, asked for by intake --------------------------------------------------

    def withhold(self, request: int) -> None:
        """Say nothing yet: the media is on its way already."""
        self.memory(request).withheld = clock.now().wall + GRACE
        self.restless = True

    def answer(self, request: int) -> asyncio.Task[str] | None:
        """Give a new request its status message now, not at the next look."""
        now = clock.now()
        row = glances.glance(self.db, request, now=now)
        return self.begin(row, self.first(row, now, sure=True)) if row else None

    # --- keeping true ------------------------------------------------------------------------

    async def run(self) -> None:
        """Look whenever somebody calls or the store changes, until the connection is given up."""
        ear = Ear(self.db.run, wake.BOT)
        try:
            while not self.front.dead:
                called = await ear.wait(CALM if self.restless else LOOK)
                if called or self.db.changed() or self.restless or self.is_stale():
                    self.look()
                await self.front.save()
                await asyncio.sleep(CALM)
        finally:
            ear.close()

    def is_stale(self) -> bool:
        """Whether what was seen last may be otherwise by now, by the clock alone."""
        return bool(self.memories) and clock.now().boot - self.looked >= STILL

    async def settle(self, patience: float) -> None:
        """Let what is being written finish."""
        if self.busy:
            await asyncio.wait(self.busy.values(), timeout=patience)

    def look(self) -> None:
        """Compare the messages with the store, and begin what is to be done."""
        now = clock.now()
        self.looked = now.boot
        rows = glances.glances(self.db, now=now)
        known = {row.request for row in rows}
        self.memories = {n: kept for n, kept in self.memories.items() if n in known}
        self.turns.keep(rows)
        self.restless = False
        idle = [row for row in rows if row.request not in self.busy and not self.held(row, now)]
        for row in idle:
            deed = self.deed(row, now)
            if deed is not None:
                self.begin(row, deed)
        told = [row for row in idle if row.state == "open" and row.status_message and row.shown]
        self.progress(told, now)

    def held(self, row: Glance, now: Now) -> bool:
        """Whether a request is to be left alone for the moment."""
        memory = self.memory(row.request)
        until = max(memory.resting, memory.withheld if row.state == "open" else 0.0)
        self.restless |= until > now.wall
        return until > now.wall

    def deed(self, row: Glance, now: Now) -> Deed | None:
        """What a request needs, progress apart."""
        if row.status_message is None:
            withheld = bool(self.memory(row.request).withheld)
            if withheld and row.state in ("delivered", "cancelled"):
                return self.hand.hush(row)
            return self.first(row, now, sure=withheld)
        if row.status_message and not row.shown:
            return self.hand.look(row, self.seen(row, now))
        if row.state == "open":
            return None
        if row.state == "delivered" and not (row.lost or row.found):
            return self.hand.vanish(row)
        return self.hand.last(row, self.seen(row, now))

    def first(self, row: Glance, now: Now, *, sure: bool) -> Deed:
        return self.hand.first(row, self.seen(row, now), sure=sure)

    def progress(self, rows: list[Glance], now: Now) -> None:
        """Rewrite at most one message: that of the person whose turn it is."""
        ready = []
        for row in rows:
            new, old = self.seen(row, now), rhythm.shown(row)
            self.restless |= new.text != old.text
            if rhythm.due(new, old, now.wall):
                ready.append((row, new))
        if now.wall < self.next_edit or not ready or self.speech.pace.wait(EDIT):
            return
        self.next_edit = now.wall + EDITS.gap
        if turn := self.turns.next(ready, now.wall):
            row, new = turn
            self.begin(row, self.hand.rewrite(row, new))

    def seen(self, row: Glance, now: Now) -> View:
        """What the message should say; worked out again only when the row changed."""
        memory = self.memory(row.request)
        if memory.view is None or memory.row != row or row.job_state is State.LATER:
            memory.row, memory.view = row, view.render(row, now)
        return memory.view

    def memory(self, request: int) -> Memory:
        return self.memories.setdefault(request, Memory())

    # --- doing -------------------------------------------------------------------------------

    def begin(self, row: Glance, deed: Deed) -> asyncio.Task[str]:
        task = asyncio.create_task(logged(self.carry(row, deed), request=row.request))
        self.busy[row.request] = task
        task.add_done_callback(lambda _: self.ended(row.request))
        return task

    def ended(self, request: int) -> None:
        """A deed is over. What it wrote, or failed to, no other connection's change tells of."""
        self.busy.pop(request, None)
        self.restless = True

    async def carry(self, row: Glance, deed: Deed) -> None:
        """One deed, and what its failure means for the request."""
        memory = self.memory(row.request)
        memory.resting = clock.now().wall + REST
        try:
            await deed
        except TelegramWait as wait:
            self.speech.pace.note(wait)
        except ChatClosed:
            self.hand.leave(row)
        except TelegramRefused as error:
            log.warning("status.refused", request=row.request, error=error)
            self.hand.give_up(row)
        except (TelegramAway, StoreFull) as error:
            log.warning("status.late", request=row.request, error=error)
        else:
            memory.resting = 0.0
