"""A bot's box at Telegram, and a listener without a network: what a model test plays with.

The rules are those of core.telegram.org/api/updates; the counts that a delete is told with may be
wrong.
"""

from dataclasses import dataclass, field
from typing import Any

from pyrogram.raw import functions, types

from procs.telegram.updates.update_contents import COMMON, UpdateContents
from procs.telegram.updates.update_state import DifferenceCall, UpdateStream

ALI = types.User(id=7, access_hash=70, first_name="Ali")
FIRST = 10


@dataclass(frozen=True)
class Event:
    """One step of the bot's box: a person's `message`, or our own `send`, `edit` or `delete`."""

    kind: str
    number: int

    @property
    def id(self) -> int:
        return self.number

    def update(self, count: int) -> Any:
        facts = {"pts": self.number, "pts_count": count}
        if self.kind == "delete":
            return types.UpdateDeleteMessages(messages=[1], **facts)
        peer, own = types.PeerUser(user_id=ALI.id), self.kind != "message"
        said = types.Message(id=self.id, peer_id=peer, date=1, message="hello", out=own)
        kind = types.UpdateEditMessage if self.kind == "edit" else types.UpdateNewMessage
        return kind(message=said, **facts)


@dataclass
class Server:
    """Telegram's side of one box: counts rightly in its differences, and as told elsewhere."""

    events: list[Event]
    #: What an answer to our delete, and its push, say instead of 1.
    counts: tuple[int, int] = (1, 1)

    def pushes(self) -> list[Any]:
        """What comes to the bot, in the order of the events: (query, what)."""
        found: list[Any] = []
        for event in self.events:
            if event.kind == "message":
                found.append((None, packed(event.update(1))))
            elif event.kind == "delete":
                answer = types.messages.AffectedMessages(pts=event.number, pts_count=self.counts[0])
                found.append((functions.messages.DeleteMessages(id=[1], revoke=True), answer))
                found.append((None, packed(event.update(self.counts[1]))))
            else:
                found.append((functions.messages.EditMessage, packed(event.update(1))))
        return found

    def answer(self, asking: DifferenceCall, slice_of: int = 100) -> Any:
        assert asking.since is not None
        missed = [event for event in self.events if event.number > asking.since]
        if not missed:
            return types.updates.DifferenceEmpty(date=1, seq=0)
        told, rest = missed[:slice_of], missed[slice_of:]
        fresh = [e.update(1).message for e in told if e.kind in ("message", "send")]
        other = [e.update(1) for e in told if e.kind in ("edit", "delete")]
        place = types.updates.State(pts=told[-1].number, qts=0, date=1, seq=0, unread_count=0)
        facts: dict[str, Any] = {"new_messages": fresh, "other_updates": other}
        facts |= {"new_encrypted_messages": [], "chats": [], "users": [ALI]}
        if rest:
            return types.updates.DifferenceSlice(intermediate_state=place, **facts)
        return types.updates.Difference(state=place, **facts)


def packed(*updates: Any, seq: int = 0) -> Any:
    return types.Updates(updates=list(updates), users=[ALI], chats=[], date=1, seq=seq)


@dataclass
class Bot:
    """A listener without a network: `heard` is what it handed on, by the messages' numbers."""

    server: Server
    stream: UpdateStream = field(default_factory=UpdateStream)
    heard: list[int] = field(default_factory=list)
    now: float = 0.0
    asked: int = 0

    def __post_init__(self) -> None:
        self.stream.boxes[COMMON].place = FIRST

    def takes(self, query: Any, what: Any) -> None:
        if query is None:
            self.hears(self.stream.push(what, now=self.now))
        else:
            self.hears(self.stream.absorb_answer(query, what, now=self.now))

    def hears(self, told: list[UpdateContents]) -> None:
        messages = [getattr(one.update, "message", None) for one in told]
        self.heard += [m.id for m in messages if m is not None and not m.out]

    def asks(self, slice_of: int = 100) -> None:
        """Ask until nothing is missing any more."""
        for _ in range(20):
            if not self.stream.misses(COMMON):
                return
            asking = self.stream.ask(COMMON)
            answer = self.server.answer(asking, slice_of)
            self.hears(self.stream.differs(asking, answer, now=self.now))
            self.asked += 1
        raise AssertionError("asks without an end")

    def connects_anew(self, slice_of: int = 100) -> None:
        self.stream.want(COMMON, since=self.stream.boxes[COMMON].sure(self.now))
        self.asks(slice_of)


def events(*kinds: str) -> list[Event]:
    return [Event(kind, FIRST + n) for n, kind in enumerate(kinds, start=1)]
