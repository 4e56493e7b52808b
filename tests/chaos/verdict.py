"""What a storm left: who got what, by Telegram's own record, and which files nobody owns."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from procs.errors import DiskFull
from procs.store.database import Database
from procs.texts import i18n
from procs.wishes.grammar import link
from procs.wishes.look_text import BEST
from tests.chaos import flood_waits, site_record
from tests.chaos.crowd import (
    CANCELLED,
    CHOICE,
    PADDED,
    SMALL,
    STREAMED,
    Asked,
    says_cancelled,
)
from tests.chaos.flood_waits import LATE, FloodWaits
from tests.chaos.media_bytes import Came, altered
from tests.chaos.news import News
from tests.chaos.presses import NEVER, unheard
from tests.chaos.recovery_times import RecoveryTimes
from tests.chaos.remains import UNCERTAIN, left_over, number, stuck
from tests.chaos.spans import Spans, meets, within
from tests.chaos.whole_films import not_whole
from tests.sandbox.person import Message
from tests.sandbox.site import files
from tests.sandbox.site.padding import padding
from tests.sandbox.stack import Stack

STATES = "SELECT state || COALESCE(' ' || say, ''), COUNT(*) FROM requests GROUP BY 1"
MADE = "SELECT COUNT(*) FROM deliveries WHERE sent_at IS NOT NULL"
#: Of each request, in their order: where, for what, in how many parts its media comes, and in which
#: form: who asks while the machine is busy may get a lighter one.
PARTS = """
SELECT r.chat, r.key, COUNT(d.request), r.variant FROM requests r
  LEFT JOIN deliveries d ON d.request = r.id
 GROUP BY r.id ORDER BY r.message
"""


@dataclass(frozen=True)
class Evidence:
    """All that a verdict is made of; the spans are those of the storm, `spans` by kind of trouble;
    `planned` the kinds of the plan, one for each trouble; `refused` are the calls that were refused
    by a Telegram that has gone away since."""

    stack: Stack
    asked: list[Asked]
    counts: Counter[str]
    times: RecoveryTimes
    news: News
    planned: list[str]
    refused: list[dict[str, Any]]
    floods: Spans
    crowded_disk: Spans
    restored: Spans
    spans: dict[str, Spans]


@dataclass(frozen=True)
class Verdict:
    """`missing`, `twice`, `broken` (parts that are not all there, or not in order) and `altered`
    (other bytes than the site's) name requests by person and message; `stuck` what never came to an
    end; `strays` media that answer no message in which somebody asked; `left` files without a
    living lease; `impolite` what the bot said more often than Telegram allows; `floods` the waits
    that Telegram imposed without a trouble's help; `unrecovered` troubles by kind; `unplayed` how
    the troubles fell short of their plan; `unheard` which buttons did not work; `news` how a
    broadcast missed people; `overfetched` what was asked of the site without need. All of them
    should be empty; `left_out` tells which troubles this machine cannot have."""

    asked: int
    missing: list[str]
    twice: list[str]
    broken: list[str]
    left: list[str]
    impolite: list[str]
    states: dict[str, int]
    uncertain: int
    deliveries: int
    sign_ins: int
    floods: list[str]
    counts: dict[str, int]
    waits: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    overfetched: list[str] = field(default_factory=list)
    unrecovered: list[str] = field(default_factory=list)
    unplayed: list[str] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    free: dict[str, int] = field(default_factory=dict)
    table: list[str] = field(default_factory=list)
    troubles: int = 0
    site: str = ""

    @property
    def good(self) -> bool:
        """Whether everything that was promised held."""
        came = self.missing, self.twice, self.broken, self.altered, self.strays
        remains = self.stuck, self.left, self.news, self.unrecovered
        manners = self.impolite, self.floods, self.overfetched, self.unplayed, self.unheard
        return not (any((*came, *remains, *manners)) or self.uncertain)

    def __str__(self) -> str:
        lines = [f"{name}: {value}" for name, value in sorted(self.counts.items())]
        lines += [*self.table, f"troubles: {self.troubles}"] if self.table else []
        lines += [
            f"asked: {self.asked}, states: {self.states}",
            f"deliveries: {self.deliveries}, of which uncertain: {self.uncertain}",
            f"may have brought nothing: {self.free}",
            f"sign-ins: {self.sign_ins}",
            *self.waits,
            f"flood waits of our making: {len(self.floods)}",
            *(f"  {words}" for words in self.floods),
            f"the site: {self.site}",
            f"missing: {len(self.missing)} {self.missing[:5]}",
            f"twice: {len(self.twice)} {self.twice[:5]}",
            f"not whole or not in order: {len(self.broken)} {self.broken[:5]}",
            f"other bytes: {len(self.altered)} {self.altered[:5]}",
            f"media that nobody asked for: {len(self.strays)} {self.strays[:5]}",
            f"asked of the site without need: {len(self.overfetched)} {self.overfetched[:5]}",
            f"broadcast: {self.news or 'everybody once'}",
            f"never at an end: {len(self.stuck)} {self.stuck[:5]}",
            f"short of the plan: {self.unplayed}",
            f"pressed in vain: {self.unheard}",
            *self.left_out,
            f"not recovered from: {self.unrecovered}",
            f"files without a living lease: {len(self.left)} {self.left[:5]}",
            f"more often than Telegram allows: {len(self.impolite)}",
            *(f"  {words}" for words in self.impolite),
        ]
        return "\n".join(lines)


async def verdict(found: Evidence) -> Verdict:
    """Judge everything that a storm left."""
    stack = found.stack
    faults = faults_of(stack.db, await heard(found))
    chats = {one.chat: one.person for one in found.asked}
    strays = [name for who in chats.values() for name in stray(who.name, await who.history())]
    site = await site_record.read(found)
    waits = FloodWaits()
    refused = [*found.refused, *await flood_waits.refused(stack.telegram)]
    waits.judge(refused, found.floods, found.spans)
    return Verdict(
        asked=len(found.asked),
        **faults,
        stuck=stuck(stack.db, broadcast_is_out=found.news.is_out()),
        strays=strays,
        left=left_over(stack),
        impolite=await stack.telegram.violations(),
        states=dict(stack.db.all(STATES)),
        uncertain=number(stack, UNCERTAIN),
        deliveries=number(stack, MADE),
        sign_ins=await stack.telegram.sign_ins(),
        floods=waits.unexplained,
        waits=waits.lines(),
        counts=dict(found.counts),
        news=await found.news.wrong(),
        unrecovered=found.times.lost(),
        unplayed=found.times.unplayed(found.planned),
        unheard=unheard(found.asked, found.spans.values()),
        left_out=found.times.left_out(),
        free=dict(Counter(one.free for one in found.asked if one.free)),
        table=found.times.lines(),
        troubles=found.times.count(),
        overfetched=site.faults(),
        site=str(site),
    )


async def heard(found: Evidence) -> list[tuple[Asked, list[Message]]]:
    """What answered each message, deleted messages included."""
    said = [(one, await answers(one)) for one in found.asked]
    for one, words in said:
        excuse(one, words, found)
    return said


def faults_of(db: Database, said: Iterable[tuple[Asked, list[Message]]]) -> dict[str, list[str]]:
    """Count the media that answered each message, and compare them."""
    faults: dict[str, list[str]] = {key: [] for key in ("missing", "twice", "broken", "altered")}
    planned, came, owed = plans(db), [], []
    for one, words in said:
        media = [m for m in words if m.media and m.kind != "photo"]
        parts, form = planned[of(one)].pop(0) if planned[of(one)] else (0, "")
        if fault := judged(one, media, parts, form):
            faults[fault].append(one.name)
        elif media:
            came.append(Came(one.name, one.link, form, media))
            owed += came[-1:] * (not one.free)
    faults["altered"] += altered(came)
    faults["broken"] += not_whole(owed)
    return faults


def stray(name: str, said: list[Message]) -> Iterator[str]:
    """Media in a chat that do not answer a message with a link."""
    asked = {m.id for m in said if "http" in m.text and not m.media}
    for one in said:
        if one.media and one.kind != "photo" and one.reply not in asked:
            yield f"{name}:{one.id} {one.media['name']}, which answers {one.reply or 'nothing'}"


async def answers(one: Asked) -> list[Message]:
    return [m for m in await one.person.history() if m.reply == one.message.id]


def excuse(one: Asked, said: list[Message], found: Evidence) -> None:
    """Find out whether it may have brought nothing: nobody chose from the card that came; the
    choice was made after the backup that was restored; or the disk was full when the bot heard it,
    which it may have long after that was written, and said so. Whoever got no word at all was lost,
    whatever they meant to do."""
    if any(m.button(CHOICE) and not m.deleted for m in said) and not one.pressed:
        one.free = one.free or NEVER
    if one.deed == "cancel" and any(says_cancelled(m) for m in said):
        one.free = CANCELLED
    if one.tries and within(one.tries[-1], found.restored, LATE):
        one.free = one.free or "chosen after the backup"
    full = i18n.say("en", DiskFull.say)
    told = [m.at for m in said if full in m.text]
    if told and meets(one.at, told[0], found.crowded_disk, LATE):
        one.free = one.free or "refused: the disk is full"
    one.free = one.free if said else ""


def judged(one: Asked, media: list[Message], planned: int, form: str = BEST) -> str:
    """The fault of what came; "" for none. A lighter form has other bytes than the site's."""
    names = [m.media["name"] for m in sorted(media, key=lambda m: m.id) if m.media]
    if not media:
        return "" if one.free else "missing"
    if len(set(names)) < len(names):
        return "twice"
    if names != sorted(names) or (len(names) != planned and not one.free):
        return "broken"
    whole = small_film(PADDED if STREAMED in one.link else 0)
    plain = form == BEST and f"{SMALL}?" in one.link
    if plain and any(m.media and m.media["sha256"] != whole for m in media):
        return "altered"
    return ""


@cache
def small_film(padded: int = 0) -> str:
    body = Path(files.folder() / SMALL.lstrip("/")).read_bytes() + padding(padded)
    return hashlib.sha256(body).hexdigest()


def plans(db: Database) -> dict[tuple[int, str], list[tuple[int, str]]]:
    """The numbers of parts and the forms, by chat and link: the numbers of messages are other ones
    for the bot than for people."""
    found: dict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)
    for chat, key, parts, form in db.all(PARTS):
        found[(chat, key)].append((parts, form))
    return found


def of(one: Asked) -> tuple[int, str]:
    return one.chat, link.read(one.link).key


def unknown(stack: Stack, asked: Iterable[Asked]) -> list[Asked]:
    """What was asked and is no request."""
    known, missing = plans(stack.db), []
    for one in asked:
        if known[of(one)]:
            known[of(one)].pop()
        else:
            missing.append(one)
    return missing
