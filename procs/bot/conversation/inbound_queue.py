"""The order in which messages are acted upon, and how often a person is told the same.

Messages are taken up in turns by person: a thousand links of one delay another's by one. What asks
to stop goes before all of them, and takes its person's earlier messages out of the line. While a
crowd writes, what has arrived is received first, so that everybody can be shown that the bot is at
work.
"""

import asyncio
from collections import Counter, deque

from procs.bot.conversation.failure_boundary import repeat
from procs.core import clock, log
from procs.core.round_robin import RoundRobin, Withdrawn
from procs.store.database import Database
from procs.store.people import repeat_tallies
from procs.telegram.chat.inbound import Incoming
from procs.telegram.message_limits import GLOBAL_GAP

#: Seconds between two queries for tallies whose minute is over.
TALLY_INTERVAL = 5.0
#: Messages of one person in line that make a flood; seconds without a new one after which no more
#: is on its way, and how many such spans are waited for before one of a flood is acted upon.
FLOOD, QUIET, SPANS = 10, 0.005, 4
#: Messages of one second that make a crowd: those behind them are answered in a later one.
CROWD = round(1 / GLOBAL_GAP)
#: How often in a minute one person is answered on one kind of message, but for some.
ANSWERS = 3
ANSWERS_OF_KIND = {"ask": 10, "cancel": 6, "refused": 1, "too-late": 1}
#: What the kinds of messages begin with that asked for nothing.
HINT = "hint:"


class InboundQueue:
    """Gives people turns, so that one who sends much does not delay the others."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.turns = RoundRobin()
        self.incoming = 0
        #: How many had come when one of a crowd was last acted upon, and the boot instants at which
        #: the latest came.
        self.received = 0
        self.arrivals: deque[float] = deque(maxlen=CROWD)
        #: The message whose turn it is, and which is not begun.
        self.held: Incoming | None = None

    def is_crowded(self, now: float) -> bool:
        """Whether more came within the second before a boot instant than can be answered in one."""
        return len(self.arrivals) == CROWD and now - self.arrivals[0] < 1.0

    async def turn(self, incoming: Incoming) -> None:
        """Wait until this message may be acted upon, which is to be begun at once. Raises
        Withdrawn."""
        self.incoming += 1
        self.arrivals.append(clock.now().boot)
        async with self.turns.turn(incoming.person.id, incoming):
            is_crowded = self.received < self.incoming and self.is_crowded(clock.now().boot)
            if is_crowded or self.turns.waiting(incoming.person.id) >= FLOOD:
                await self.hold(incoming)
            self.received = self.incoming

    async def hold(self, incoming: Incoming) -> None:
        """Keep a message whose turn it is until others have arrived. Raises Withdrawn."""
        self.held = incoming
        try:
            await self.quiet()
            if self.held is None:
                raise Withdrawn
        finally:
            self.held = None

    async def quiet(self) -> None:
        """Receive what has arrived already before more of a flood is handled: receiving a message
        costs less than handling one, and the last may cancel the others."""
        for _ in range(SPANS):
            incoming = self.incoming
            await asyncio.sleep(QUIET)
            if incoming == self.incoming:
                return

    def withdraw(self, command: Incoming) -> int:
        """Drop what the sender of a command wrote before it in this chat, as far as nothing was
        begun. Returns how many messages."""

        def is_earlier(other: Incoming) -> bool:
            return other.chat == command.chat and other.message < command.message

        count = self.turns.withdraw(command.person.id, is_earlier)
        held = self.held
        if held is not None and held.person.id == command.person.id and is_earlier(held):
            self.held = None
            count += 1
        return count

    def count_answer(self, incoming: Incoming, kind: str, *, count: int = 1) -> int:
        """Count something to be said to a person, once for a message, however often that comes.
        Returns how often it was said in this minute, 0 when that is enough."""
        message = "/".join(map(str, incoming.mark))
        who = incoming.person.id
        total = repeat_tallies.note(
            self.db, who, kind, count=count, message=message, now=clock.now()
        )
        said = total - count + 1  # what came at once is answered once
        return said if said <= ANSWERS_OF_KIND.get(kind, ANSWERS) else 0

    async def run(self) -> None:
        """Make one log line of each person's minute, until cancelled."""
        await repeat(self.look, TALLY_INTERVAL, db=self.db, at_rest=repeat_tallies.MINUTE)

    async def look(self) -> None:
        """Log how many answers were left out, when the minute of their person is over."""
        gone: Counter[int] = Counter()
        for tally in repeat_tallies.take_ended(self.db, now=clock.now()):
            if tally.kind == repeat_tallies.MESSAGES:
                continue  # most of them were answered
            if tally.kind == "refused":
                log.info("requests.refused", user=tally.person, count=tally.count)
            elif tally.count > ANSWERS_OF_KIND.get(tally.kind, ANSWERS):
                gone[tally.person] += tally.count
        for person, count in gone.items():
            log.info("messages.unanswered", user=person, count=count)
