"""How many messages may leave, and when: one budget for all processes, in rows.

A `GapLimit` spreads messages: each scope (the bot, a chat) keeps the instant at which it would be
empty again if nothing more were sent (GCRA, the leaky bucket as a clock). A message moves that
instant by its `gap`; it may leave as soon as the instant is no more than `slack` ahead. In any
stretch of time no more than `1 + slack / gap + stretch / gap` leave. An album is as many as it
holds, going at once: it comes on top of that, but not where the rule is `strict`, which keeps a
pause before it (in any stretch that could hold the album).

A `CountLimit` keeps to a number in any stretch of its length, however they are bunched: the
instants of those that left are kept for so long.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from procs.core import gcra
from procs.core.clock import Now
from procs.store.database import Database

EMPTY_AT = "SELECT empty_at FROM budget WHERE scope = :scope"
# As `gcra.after`; an instant of an earlier boot counts as none.
SPEND = """
INSERT INTO budget (scope, empty_at) VALUES (:scope, :empty_at)
    ON CONFLICT (scope) DO UPDATE SET empty_at =
       CASE WHEN budget.empty_at > :at AND budget.empty_at <= :until
            THEN budget.empty_at + :more ELSE excluded.empty_at END
"""
PRUNE = "DELETE FROM budget WHERE empty_at < :since OR empty_at > :until"
LEFT = """
SELECT at, messages FROM departures
 WHERE scope = :scope AND at > :since AND at <= :until ORDER BY at
"""
LEAVE = "INSERT INTO departures (scope, at, messages) VALUES (:scope, :at, :messages)"
PRUNE_LEFT = "DELETE FROM departures WHERE at < :since OR at > :until"

#: Seconds: no message is scheduled later than this, and none is counted for longer. An instant
#: further ahead was written before a reboot, which resets the boot clock, and is ignored.
LONGEST = 120.0
#: Seconds after which no private chat remembers a message (`procs.telegram.message_limits`).
FORGOTTEN_IN = 5.0
#: The scope of all messages.
EVERYBODY = "bot"
#: Seconds after which it matters to nothing that a scope was empty; see `strict`.
STRICT = 10.0


@dataclass(frozen=True, slots=True)
class GapLimit:
    """At most one message per `gap` seconds in `scope`, with a burst of `1 + slack / gap`. An album
    keeps `apart` seconds from what was paid for before it: that may be written so late, and all of
    the album counts for what is written after it."""

    scope: str
    gap: float
    slack: float
    strict: bool = False
    apart: float | None = None

    def earliest(self, db: Database, messages: int, now: Now) -> float:
        """The boot instant from which on this many messages may leave."""
        empty_at = self.empty_at(db, now)
        if empty_at is None:
            return now.boot
        album = (messages - 1) * self.gap * self.strict
        at = gcra.earliest(empty_at, slack=self.slack) + album
        if messages == 1 or self.apart is None:
            return at
        return max(at, empty_at - self.gap + self.apart)

    def spend(self, db: Database, messages: int, at: float, now: Now) -> None:
        """Count messages that leave at `at`: the scope is empty so much later (GCRA)."""
        more = gcra.after(0.0, 0.0, gap=self.gap, cells=messages)
        facts = {"at": at, "more": more, "until": now.boot + LONGEST}
        db.change(SPEND, {"scope": self.scope, "empty_at": at + more, **facts})

    def empty_at(self, db: Database, now: Now) -> float | None:
        """The instant in the row; None when there is no row, or an earlier boot wrote it."""
        row = db.one(EMPTY_AT, {"scope": self.scope})
        return float(row[0]) if row and row[0] <= now.boot + LONGEST else None


@dataclass(frozen=True, slots=True)
class CountLimit:
    """At most `most` messages in any `seconds` in `scope`; they leave in the order in which they
    asked. What is more than `most` by itself leaves when nothing else did for so long."""

    scope: str
    most: int
    seconds: float

    def earliest(self, db: Database, messages: int, now: Now) -> float:
        """The boot instant from which on so many may leave."""
        stretch = {"since": now.boot - self.seconds, "until": now.boot + LONGEST}
        left = db.all(LEFT, {"scope": self.scope, **stretch})
        room = self.most - messages
        at = left[-1][0] if left else now.boot
        for gone, count in reversed(left):
            room -= count
            if room < 0:
                return max(at, float(gone) + self.seconds)
        return float(at)

    def spend(self, db: Database, messages: int, at: float, now: Now) -> None:
        """Note messages that leave at `at`, for those who count a window later."""
        db.change(LEAVE, {"scope": self.scope, "at": at, "messages": messages})


def take(
    db: Database,
    rules: Sequence[GapLimit | CountLimit],
    *,
    messages: int = 1,
    patience: float,
    now: Now,
) -> float:
    """Spend `messages` under every rule. Returns the seconds after which they may leave; when
    that is more than `patience`, nothing is spent and the caller asks again later."""
    with db.write(only={rule.scope for rule in rules}):
        wait = wait_of(db, rules, messages=messages, now=now)
        if wait <= patience:
            spend(db, rules, messages=messages, at=now.boot + wait, now=now)
    return wait


def wait_of(
    db: Database, rules: Sequence[GapLimit | CountLimit], *, messages: int = 1, now: Now
) -> float:
    """Seconds until this many messages may leave under every rule. Spends nothing."""
    earliest = (rule.earliest(db, messages, now) for rule in rules)
    return max(0.0, max(earliest, default=now.boot) - now.boot)


def rest(db: Database, seconds: float, *, now: Now) -> None:
    """Let nothing leave for so long, where nobody knows what left a moment ago."""
    facts = {"scope": EVERYBODY, "at": now.boot, "empty_at": now.boot + seconds, "more": seconds}
    with db.write():
        db.change(SPEND, {**facts, "until": now.boot + LONGEST})


def spend(
    db: Database, rules: Sequence[GapLimit | CountLimit], *, messages: int = 1, at: float, now: Now
) -> None:
    """Spend `messages` under every rule for a boot instant at which they leave; inside a
    transaction, and behind `wait_of`."""
    for rule in rules:
        rule.spend(db, messages, at, now)


def prune(db: Database, *, now: Now) -> int:
    """Delete scopes that are empty, messages that left long ago, and rows of an earlier boot."""
    until = now.boot + LONGEST
    with db.write():
        empty = db.change(PRUNE, {"since": now.boot - STRICT, "until": until})
        return empty + db.change(PRUNE_LEFT, {"since": now.boot - LONGEST, "until": until})
