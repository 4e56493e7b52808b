"""What the operator decides of how the bot talks."""

from dataclasses import dataclass, field
from typing import Literal

from procs.store.follows.follow_limits import FollowLimits

#: What is said in the operator's own words: a greeting, help, and a word for who waits in line.
OwnText = Literal["start", "help", "waiting"]


@dataclass(frozen=True, slots=True)
class Manners:
    """Messages of one person that are acted upon in a minute (0: all), whom people may write to
    ("": nobody), whether keys stand below the chat, and how much may be followed."""

    messages_per_minute: int = 0
    support: str = ""
    reply_keyboard: bool = False
    follows: FollowLimits = field(default_factory=FollowLimits)

    def own(self, what: OwnText, language: str) -> str:
        """What is said in place of our words; "" where we use ours."""
        return ""
