"""What Telegram has beside messages that answer somebody: inline messages, and broadcasts."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from procs.errors import TelegramAway, TelegramWait
from procs.records.inline_records import InlineTarget
from tests.simulation.machine import Machine
from tests.simulation.scheduler import Violation

#: What becomes of a call, in percent: it never comes, its answer is lost, a wait.
NEVER, UNANSWERED, WAITS = 5, 5, 2


@dataclass
class SideRecord:
    """`placed`: the link's key of the media that an inline message shows. `copies`: how often each
    person has each broadcast, and under which random id."""

    machine: Machine
    placed: dict[InlineTarget, str] = field(default_factory=dict)
    copies: Counter[tuple[int, int]] = field(default_factory=Counter)
    randoms: dict[int, int] = field(default_factory=dict)

    def rewrite(self, target: InlineTarget) -> None:
        """The bot's edit of an inline message has come. Raises Violation when it takes the words
        of a media away."""
        if target in self.placed:
            raise Violation("a media lost its words", f"inline message {target.message}")

    def place(self, random: Random, target: InlineTarget, key: str, *, trouble: bool) -> None:
        """A media is put into an inline message, perhaps again. Raises TelegramAway, TelegramWait;
        Violation when it is another media."""
        fate = lost(random, trouble=trouble)
        if self.placed.setdefault(target, key) != key:
            raise Violation("another media in an inline message", f"{key}, {self.placed[target]}")
        answered(fate)

    def copy(
        self, random: Random, broadcast: int, person: int, random_id: int, *, trouble: bool
    ) -> int:
        """A broadcast's message to a person, once for each random id: its number. Raises
        TelegramAway, TelegramWait; Violation when there is one already."""
        fate = lost(random, trouble=trouble)
        if random_id not in self.randoms:
            self.randoms[random_id] = len(self.randoms) + 1
            self.copies[(broadcast, person)] += 1
            if self.copies[(broadcast, person)] > 1:
                raise Violation("a broadcast came twice", f"{broadcast} to person {person}")
        answered(fate)
        return self.randoms[random_id]


def lost(random: Random, *, trouble: bool) -> int:
    """What becomes of a call. Raises TelegramAway, TelegramWait when it never comes."""
    fate = random.randrange(100) if trouble else 99
    if fate < NEVER:
        raise TelegramAway("the call was lost")
    if fate < NEVER + WAITS:
        raise TelegramWait(random.choice((1, 7)), "all")
    return fate


def answered(fate: int) -> None:
    """Raises TelegramAway when the answer is lost."""
    if fate < NEVER + WAITS + UNANSWERED:
        raise TelegramAway("the answer was lost")
