"""A broadcast that goes out during the storm: whoever receives it must have it once."""

from dataclasses import dataclass

from procs.core import clock
from procs.records.broadcast_records import BroadcastState
from procs.store.broadcasts import broadcasts
from tests import store_broadcasts
from tests.chaos.storm_stack import StormStack
from tests.process.test_broadcast import confirmed

WORDS = "News of the storm"
STATE = "SELECT state FROM broadcasts WHERE id = :id"


@dataclass
class News:
    """`receivers`: people who met the bot and do nothing; 0: nothing goes out."""

    stack: StormStack
    receivers: int
    number: int = 0
    first: int = 0

    async def goes_out(self) -> None:
        """The admin writes it in the chat, and confirms it."""
        if not self.receivers:
            return
        self.first, *_ = await self.stack.telegram.crowd(self.receivers)
        facts = {"language": "fa", "now": clock.now()}
        store_broadcasts.meet(self.stack.db, self.first, self.receivers, **facts)
        _, _, self.number = await confirmed(self.stack, WORDS)

    def is_out(self) -> bool:
        if not self.receivers:
            return True
        found = broadcasts.read(self.stack.db, self.number)
        return found is not None and found.state is BroadcastState.DONE

    async def wrong(self) -> list[str]:
        """How many have it how often, where that is not once."""
        if not self.receivers:
            return []
        got = await self.stack.telegram.crowd_got(self.first, self.receivers, WORDS)
        return [f"{people} have it {times} times" for times, people in got.items() if times != 1]
