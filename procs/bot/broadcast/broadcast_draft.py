"""A broadcast that is being written, as it stands in the row of its conversation."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from procs.bot.admin.admin_call import AdminCall
from procs.core import codec
from procs.records import broadcast_records
from procs.records.broadcast_records import BroadcastContent, BroadcastItem, Segment

EVERYBODY = Segment()
#: The languages and days that a draft goes through, one press after the other.
LANGUAGES, DAYS = ("", "fa", "en"), (0, 1, 7, 30)


@dataclass(frozen=True, slots=True)
class BroadcastDraft:
    """`group` is Telegram's number of the album that is coming in, 0 for none; `start` the wall
    instant at which it is to begin, 0 for at once; `night`: it rests at night."""

    content: BroadcastContent
    group: int = 0
    segment: Segment = EVERYBODY
    night: bool = True
    start: float = 0.0

    @property
    def facts(self) -> dict[str, Any]:
        """As the row of the conversation keeps it."""
        return {
            "content": broadcast_records.encode(self.content),
            "group": str(self.group),
            "language": self.segment.language,
            "days": self.segment.days,
            "sponsor": self.segment.sponsor,
            "night": self.night,
            "start": self.start,
        }

    @property
    def digest(self) -> str:
        """What tells it from any other: who confirms it confirms what they were shown."""
        return hashlib.sha256(codec.dump(self.facts).encode()).hexdigest()[:16]

    def joined(self, item: BroadcastItem) -> "BroadcastDraft":
        """The same with one more message of its album, in their order."""
        items = sorted((*self.content.items, item), key=lambda one: one.message)
        return replace(self, content=replace(self.content, items=tuple(items)))


def read(facts: Mapping[str, Any]) -> BroadcastDraft:
    """The draft of a row. Raises KeyError, ValueError for what is none."""
    return BroadcastDraft(
        broadcast_records.decode(facts["content"]),
        int(facts["group"]),
        Segment(facts["language"], facts["days"], facts.get("sponsor", 0)),
        facts["night"],
        facts["start"],
    )


def other_language(call: AdminCall, draft: BroadcastDraft) -> BroadcastDraft:
    """The draft for the people of the next language, then for everybody."""
    known = draft.segment.language
    return replace(draft, segment=replace(draft.segment, language=following(LANGUAGES, known)))


def other_days(call: AdminCall, draft: BroadcastDraft) -> BroadcastDraft:
    """The draft for people who came within the next number of days, then for everybody."""
    return replace(draft, segment=replace(draft.segment, days=following(DAYS, draft.segment.days)))


def other_night(call: AdminCall, draft: BroadcastDraft) -> BroadcastDraft:
    """The draft with its rest at night switched."""
    return replace(draft, night=not draft.night)


def at_once(call: AdminCall, draft: BroadcastDraft) -> BroadcastDraft:
    """The draft without a start of its own."""
    return replace(draft, start=0.0)


def following(values: tuple[Any, ...], value: Any) -> Any:
    """The next of some values, the first behind the last."""
    return values[(values.index(value) + 1) % len(values)]
