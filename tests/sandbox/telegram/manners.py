"""How often a bot may speak: always on where the server is strict.

Telegram publishes about 30 messages a second in all, one a second in a chat with short bursts, and
20 a minute in a group (core.telegram.org/bots/faq), each message of an album being one. It says
nothing of edits and answers progress bars with waits of hours, so these are what a careful bot
keeps to: edits that only move a number 5 s and 5 % apart, and one of them a second in all.
What goes beyond is refused with FLOOD_WAIT, as Telegram does, and kept in the world's record.

Telegram counts "attempts to invoke the given method" (core.telegram.org/api/errors, 420), which is
when they reach it. No bot can answer for what its way, or a machine on which this server gets no
turn, bunched: what is judged here is what it wrote. Of the instants at which a call may have been
written (`writing_times`) that counts which is best for the bot.
"""

import math
import re
from bisect import insort
from dataclasses import dataclass, field
from typing import Any

from pyrogram import raw

from tests.sandbox.telegram.registry import Call
from tests.sandbox.telegram.tl import Rpc
from tests.sandbox.telegram.world import Post

functions = raw.functions
SENDS = (
    functions.messages.SendMessage,
    functions.messages.SendMedia,
    functions.messages.SendMultiMedia,
    functions.messages.ForwardMessages,
)
EDITS = (functions.messages.EditMessage, functions.messages.EditInlineBotMessage)
#: Messages in all, in a group, and the burst in one chat.
ALL, GROUP, BURST = 30, 20, 5
#: Seconds and percents between two edits of one message, seconds between two of any.
APART, STEP, ANY = 5.0, 5, 1.0
#: Of each limit, the share that the network may take: what left apart may arrive together.
NETWORK = 0.1
#: Seconds for which a chat's messages are remembered.
REMEMBERED = 120.0
BAR = re.compile(r"[▰▱]")
#: Behind a bar: a title may have a percent of its own.
PERCENT = re.compile(r"[▰▱] (?:(\d+)\s*[%٪]|[%٪]\s*(\d+))")


@dataclass(slots=True)
class Window:
    """At most `most` messages in any `seconds`."""

    most: float
    seconds: float
    seen: list[float] = field(default_factory=list)

    def wait(self, messages: int, now: float) -> float:
        while self.seen and self.seen[0] <= now - self.seconds:
            self.seen.pop(0)
        over = len(self.seen) + messages - self.most
        return self.seen[math.ceil(over) - 1] + self.seconds - now if over > 0 else 0.0

    def add(self, messages: int, now: float) -> None:
        for _ in range(messages):
            insort(self.seen, now)


@dataclass(slots=True)
class Bucket:
    """One message per `gap` seconds, `burst` of them at once. What was written first may come
    last: each message is judged in its place among those of the last minutes."""

    gap: float
    burst: int
    seen: list[float] = field(default_factory=list)

    def wait(self, messages: int, now: float) -> float:
        empty_at, longest, before = 0.0, 0.0, (0.0, False)
        for one in sorted([*((at, False) for at in self.seen), *[(now, True)] * messages]):
            at, is_new = one
            # An album leaves as its first message may.
            if one != before and (is_new or at > now):
                longest = max(longest, empty_at - (self.burst - 1) * self.gap - at)
            empty_at, before = max(empty_at, at) + self.gap, one
        return longest

    def add(self, messages: int, now: float) -> None:
        for _ in range(messages):
            insort(self.seen, now)
        while self.seen[0] < now - REMEMBERED:
            self.seen.pop(0)


class Manners:
    """What each bot sent lately."""

    def __init__(self) -> None:
        self.rules: dict[tuple[int, int, str], Window | Bucket] = {}
        self.edited: dict[int, float] = {}
        #: When the latest edit of each message was written, at the earliest.
        self.rewritten: dict[int, float] = {}

    def judge(self, call: Call, query: Any) -> None:
        """Raises Rpc 420 for what comes too soon, and records it."""
        if not (call.key.account and call.account.is_bot):
            return
        if isinstance(query, SENDS):
            self.send(call, weight(query))
        elif isinstance(query, EDITS) and query.message:
            self.edit(call, query)

    def send(self, call: Call, messages: int) -> None:
        bot, chat = call.account.id, call.entry.peer
        rules = {"all": self.of(bot, 0, "all", Window(ALL * (1 + NETWORK), 1.0))}
        if chat:
            bucket = Bucket(1.0 - NETWORK, BURST)
            rules["chat"] = self.of(bot, chat, "chat", bucket)
        if chat < 0:
            rules["group"] = self.of(bot, chat, "group", Window(GROUP, 60.0 * (1 - NETWORK)))
        for written in call.entry.written:
            waits = {name: rule.wait(messages, written) for name, rule in rules.items()}
            if not any(waits.values()):
                break
        else:
            name, wait = max(waits.items(), key=lambda one: one[1])
            refuse(call, wait, f"{messages} more than {name} allows in {chat}")
        for rule in rules.values():
            rule.add(messages, written)

    def of(self, bot: int, chat: int, name: str, fresh: Window | Bucket) -> Window | Bucket:
        return self.rules.setdefault((bot, chat, name), fresh)

    def edit(self, call: Call, query: Any) -> None:
        post = edited(call, query)
        if post is None:
            return
        self.progress(call, query, post)
        earliest, _ = call.entry.written
        self.rewritten[post.uid] = max(earliest, self.rewritten.get(post.uid, 0.0))

    def progress(self, call: Call, query: Any, post: Post) -> None:
        """Judge an edit that only moves a number, by the instants at which it and the one before it
        were written."""
        if shape(post.content.text) != shape(query.message):
            return
        if post.content.text == query.message:
            return  # no number moved: what changes nothing at all is refused as such
        if query.media:
            return  # the picture of a card, which comes once: that is no progress
        if query.reply_markup and labels(post.content.markup) != labels(query.reply_markup):
            return  # the answer to a press: progress leaves the buttons as they are
        old, new = post.content.text, query.message
        earliest, now = call.entry.written
        since = now - (self.rewritten.get(post.uid) or post.date)
        if since < APART * (1 - NETWORK):
            refuse(call, APART - since, f"{old!r} became {new!r} after {since:.2f} s")
        if abs(percent(new) - percent(old)) < STEP - 1 and PERCENT.search(new):
            refuse(call, APART, f"{old!r} became {new!r}, which is too small a step")
        last = now - self.edited.get(call.account.id, 0.0)
        if last < ANY * (1 - NETWORK):
            refuse(call, ANY - last, f"{new!r} came {last:.2f} s after another edit")
        self.edited[call.account.id] = max(earliest, self.edited.get(call.account.id, 0.0))


def edited(call: Call, query: Any) -> Post | None:
    """The message that is to be edited, wherever it stands."""
    if isinstance(query, functions.messages.EditInlineBotMessage):
        return call.world.posts.get(query.id.id)
    box = call.world.box(call.world.where(call.entry.peer, call.account.id))
    return box.posts.get(query.id)


def labels(markup: Any) -> list[str]:
    """What stands on the buttons of a message."""
    return [button.text for row in getattr(markup, "rows", ()) for button in row.buttons]


def weight(query: Any) -> int:
    """Messages that a call makes."""
    if isinstance(query, functions.messages.SendMultiMedia):
        return len(query.multi_media)
    given = getattr(query, "id", None)
    return len(given) if isinstance(given, list) else 1


def shape(words: str) -> str:
    """A text without what a moving number changes: two of one shape differ in progress only."""
    chat_session, *bar = BAR.split(words, maxsplit=1)
    return chat_session + "▰" if bar else re.sub(r"\d+", "0", words)


def percent(words: str) -> int:
    found = PERCENT.search(words)
    return int(found[1] or found[2]) if found else 0


def refuse(call: Call, wait: float, why: str) -> None:
    entry = call.entry
    words = f"{entry.method} by {call.account.id}: {why}; {entry.age:.3f} s under way"
    words += f", its number behind by up to {entry.behind:.3f} s, at {entry.at:.3f}"
    call.world.broken.append(words)
    raise Rpc(420, f"FLOOD_WAIT_{max(1, math.ceil(wait))}")
