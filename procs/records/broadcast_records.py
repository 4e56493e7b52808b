"""What a broadcast says, to whom, and how far it is.

The content is kept as JSON in the broadcast's row: what was previewed is what is sent, also when
the admin edits or deletes the message that it came from.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from procs.core import codec
from procs.records.media_records import Reference

#: Telegram's pages name no limit of buttons; people read eight at most.
ROW_MOST, ROWS_MOST = 3, 8


class BroadcastState(StrEnum):
    """Where a broadcast is. `running` also covers one that waits for its start or for the morning;
    `deleting` takes back what was sent."""

    RUNNING = "running"
    PAUSED = "paused"
    DELETING = "deleting"
    DONE = "done"
    CANCELLED = "cancelled"
    DELETED = "deleted"

    @property
    def works(self) -> bool:
        """Whether a worker has something to do for it."""
        return self in (BroadcastState.RUNNING, BroadcastState.DELETING)

    @property
    def over(self) -> bool:
        """Whether nothing more is sent of it."""
        return self in (BroadcastState.DONE, BroadcastState.CANCELLED, BroadcastState.DELETED)


class SendState(StrEnum):
    """What became of one person's message. A `planned` one has its random id on the disk, and may
    be on its way; `blocked` and `gone` people are left out of the next broadcast."""

    PLANNED = "planned"
    SENT = "sent"
    BLOCKED = "blocked"
    GONE = "gone"
    FAILED = "failed"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class BroadcastItem:
    """One message: several of them are an album. `entities` are JSON objects of Telegram's
    entities, their offsets in UTF-16 units; `message` is its number in the admin's chat."""

    message: int
    text: str = ""
    entities: tuple[dict[str, Any], ...] = ()
    reference: Reference | None = None
    spoiler: bool = False


@dataclass(frozen=True, slots=True)
class BroadcastContent:
    """`forward` names the first author; otherwise it is copied, which `forward_only` does not
    allow. (`chat`, `access`) is where the
    items stand; `buttons` are rows of (label, address)."""

    chat: int
    access: int
    items: tuple[BroadcastItem, ...]
    forward: bool = False
    forward_only: bool = False
    buttons: tuple[tuple[tuple[str, str], ...], ...] = ()
    preview: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """To whom: everybody whom the bot may write to; `language` "" for all of them, `days` since
    they were seen last, 0 for ever, `sponsor` whose chat they joined by the bot and are in, 0 for
    none."""

    language: str = ""
    days: int = 0
    sponsor: int = 0


@dataclass(frozen=True, slots=True)
class BroadcastCounts:
    """People by what became of their message."""

    sent: int = 0
    blocked: int = 0
    gone: int = 0
    failed: int = 0
    deleted: int = 0

    @property
    def reached(self) -> int:
        """People who were tried."""
        return self.sent + self.blocked + self.gone + self.failed


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A broadcast's row. `people` is the estimate at its start; `why` says for what it stands
    still, `rests_until` (wall) until when where that is known. Instants are wall instants."""

    id: int
    admin: int
    access: int
    state: BroadcastState
    content: BroadcastContent
    segment: Segment
    night: bool
    people: int
    start_at: float
    started_at: float | None
    ended_at: float | None
    why: str
    rests_until: float | None
    counts: BroadcastCounts = field(default_factory=BroadcastCounts)


def encode(content: BroadcastContent) -> str:
    """The content as JSON, for its column."""
    return codec.dump(content)


def decode(text: str) -> BroadcastContent:
    """The content of a row. Raises ValueError for what is no JSON."""
    facts = codec.load(text)
    items = tuple(_item(one) for one in facts.pop("items"))
    rows = tuple(tuple((label, url) for label, url in row) for row in facts.pop("buttons", ()))
    return codec.record(BroadcastContent, {**facts, "items": items, "buttons": rows})


def _item(facts: dict[str, Any]) -> BroadcastItem:
    kept = facts.pop("reference", None)
    reference = codec.record(Reference, kept) if kept else None
    entities = tuple(facts.pop("entities", ()))
    return codec.record(BroadcastItem, {**facts, "entities": entities, "reference": reference})
