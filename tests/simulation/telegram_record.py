"""Telegram as the simulation has it: what is in the chats, and what each message broke.

It answers as Telegram does: a random id that was used before makes no second message; a call, or
the answer to it, may be lost; a reference may be gone; and now and then it makes everybody wait.
"""

from bisect import insort
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from procs.core import gcra
from procs.errors import ReferenceStale, TelegramAway, TelegramWait
from procs.records.job import Part, Reference
from procs.telegram.delivery.send_once import ChatTarget
from procs.telegram.message_limits import (
    BURST,
    CHAT,
    CHAT_BURST,
    GLOBAL_GAP,
    GROUP,
    LATE,
    LATE_IN_CHAT,
    MINUTE,
    scope,
)
from procs.telegram.rpc_errors import AlreadySent
from tests.sandbox.telegram.manners import Bucket, Window
from tests.simulation.scheduler import Violation
from tests.simulation.side_record import SideRecord

#: What becomes of a call, in percent: its answer is lost, it never comes, a wait, a reference gone.
LOST_ANSWER, LOST, WAIT, STALE = 5, 5, 2, 1
#: Seconds that the steps of others take between a look at the clock and the call.
JITTER = 0.05
#: Seconds of rounding; and instants that are looked at.
ROUND, KEPT = 1e-6, 100
#: A medium in a chat: the chat, the message it answers, the link's key and the part's number.
Shown = tuple[int, int, str, int]


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """One message in a chat."""

    id: int
    chat: int
    answers: int
    reference: int


@dataclass
class PaidInstants:
    """The instants for which messages of one limit were paid, in whatever order they leave."""

    gap: float
    slack: float
    seen: list[tuple[float, int]] = field(default_factory=list)

    def add(self, at: float, messages: int) -> float:
        """Seconds by which one of them is too early."""
        insort(self.seen, (at, messages))
        del self.seen[:-KEPT]
        empty_at, early = 0.0, 0.0
        for paid, count in self.seen:
            early = max(early, gcra.earliest(empty_at, slack=self.slack) - paid)
            empty_at = gcra.after(empty_at, paid, gap=self.gap, cells=count)
        return early


@dataclass
class TelegramRecord(SideRecord):
    """All chats, and the files that messages refer to."""

    messages: dict[int, ShownMessage] = field(default_factory=dict)
    shown: Counter[Shown] = field(default_factory=Counter)
    #: How often each medium was asked for there.
    asked: Counter[tuple[int, int, str]] = field(default_factory=Counter)
    #: The link's key and the part's number of each file, by its reference; and those that are gone.
    files: dict[int, tuple[str, int]] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    buttons: list[tuple[str, int, int]] = field(default_factory=list)
    rules: dict[tuple[int, str], Window | Bucket] = field(default_factory=dict)
    paid: dict[int, PaidInstants] = field(default_factory=dict)
    trouble: bool = True

    def upload(self, key: str, number: int, kind: str) -> Part:
        """A file that Telegram took: a part of a medium."""
        reference = len(self.files) + 1
        self.files[reference] = (key, number)
        return Part(Reference("document", reference, 2, "ab"), kind, f"{key}.mp4", 3)

    def receive(
        self, random: Random, target: ChatTarget, parts: list[tuple[Part, int]]
    ) -> list[int]:
        """Make messages of these parts, each with its random id. Raises what Telegram's answers,
        and their loss, become."""
        fate = random.randrange(100) if self.trouble else 99
        ids = [random_id for _, random_id in parts]
        if fate < LOST:
            raise TelegramAway("the call was lost")
        if fate < LOST + WAIT:
            raise TelegramWait(random.choice((1, 7, 40)), scope(target.chat))
        if fate < LOST + WAIT + STALE:
            self.gone |= {part.reference.id for part, _ in parts}
        if self.gone & {part.reference.id for part, _ in parts}:
            raise ReferenceStale("it is gone")
        if any(one in self.messages for one in ids):
            self.judge_pace(target.chat, len(ids))
            if fate % 2:
                raise AlreadySent("RANDOM_ID_DUPLICATE")
        else:
            self.judge_pace(target.chat, len(ids))
            for part, random_id in parts:
                self.show(target, part, random_id)
        if LOST + WAIT + STALE <= fate < LOST + WAIT + STALE + LOST_ANSWER:
            raise TelegramAway("the answer was lost")
        return [self.messages[one].id for one in ids if one in self.messages]

    def show(self, target: ChatTarget, part: Part, random_id: int) -> None:
        key, number = self.files[part.reference.id]
        answers = max(target.reply_to, 0)
        made = ShownMessage(len(self.messages) + 1, target.chat, answers, part.reference.id)
        self.messages[random_id] = made
        where = (target.chat, answers, key, number)
        self.shown[where] += 1
        if self.shown[where] > self.asked[where[:3]]:
            raise Violation("sent twice", f"part {number} of {key} in {target.chat}/{answers}")

    def lacks(self, chat: int, message: int, key: str, *, parts: int, times: int) -> bool:
        """Whether a part of a medium is there fewer times than that."""
        return any(self.shown[(chat, message, key, part)] < times for part in range(parts))

    def judge_payment(self, chat: int, messages: int, at: float) -> None:
        """Hold an instant that was paid for against the limit of a chat (0: of all messages): to
        the microsecond, for the budget gave it to this call alone. Raises Violation."""
        gap, slack = (CHAT, CHAT_BURST) if chat else (GLOBAL_GAP, BURST)
        paid = self.paid.setdefault(chat, PaidInstants(gap, slack))
        if (early := paid.add(at, messages)) > ROUND:
            raise Violation("a budget is spent twice", f"{early:.3f} s early in {chat}")

    def judge_pace(self, chat: int, messages: int) -> None:
        """Hold a call against what `Pace` promises, which keeps below what Telegram publishes."""
        now = self.machine.boot
        rules = {"all": (self.rule(0, Bucket(GLOBAL_GAP, round(1 + BURST / GLOBAL_GAP))), LATE)}
        in_chat = Bucket(CHAT, round(1 + CHAT_BURST / CHAT))
        rules["a chat"] = (self.rule(chat, in_chat), LATE_IN_CHAT)
        if chat < 0:
            rules["a group"] = (self.rule(-chat, Window(GROUP, MINUTE)), LATE_IN_CHAT)
        for name, (rule, late) in rules.items():
            if (wait := rule.wait(messages, now)) > late + JITTER:
                raise Violation(
                    f"more messages than {name} allows", f"{wait:.3f} s early in {chat}"
                )
        for rule, _ in rules.values():
            rule.add(messages, now)

    def rule(self, of: int, fresh: Window | Bucket) -> Window | Bucket:
        return self.rules.setdefault((of, type(fresh).__name__), fresh)

    def restart(self) -> None:
        """After a power cut the clock of the limits begins anew, and all is quiet since long."""
        self.rules.clear()
        self.paid.clear()

    def find(self, target: ChatTarget, part: Part, taken: set[int]) -> int | None:
        """The message that shows a part as an answer, when a worker reads the chat."""
        to = max(target.reply_to, 0)
        for one in self.messages.values():
            there = (one.chat, one.answers, one.reference)
            if there == (target.chat, to, part.reference.id) and one.id not in taken:
                return one.id
        return None
