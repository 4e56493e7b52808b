"""How many messages may leave, and when: one budget for all processes, in rows.

Each scope (the bot, a chat) keeps the instant at which it would be empty again if nothing more
were sent (GCRA, the leaky bucket as a clock). A message moves that instant by its `gap`; it may
leave as soon as the instant is no more than `slack` ahead. In any stretch of time no more than
`1 + slack / gap + stretch / gap` leave.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from procs.clock import Now
from procs.store.database import Database

EMPTY_AT = "SELECT empty_at FROM budget WHERE scope = :scope"
SPEND = """
INSERT INTO budget (scope, empty_at) VALUES (:scope, :at)
    ON CONFLICT (scope) DO UPDATE SET empty_at = excluded.empty_at
"""
PRUNE = "DELETE FROM budget WHERE empty_at < :boot OR empty_at > :boot + :longest"

#: Seconds: nothing is promised for later than this. What lies further ahead was written before a
#: reboot, which sets the boot clock back, and is void.
LONGEST = 120.0


@dataclass(frozen=True, slots=True)
class Rule:
    """At most one message per `gap` seconds in `scope`, with a burst of `1 + slack / gap`."""

    scope: str
    gap: float
    slack: float


def take(
    db: Database, rules: Sequence[Rule], *, messages: int = 1, patience: float, now: Now
) -> float:
    """Spend `messages` under every rule. Returns the seconds after which they may leave; when
    that is more than `patience`, nothing is spent and the caller asks again later."""
    with db.write():
        ahead = [(rule, _empty_at(db, rule.scope, now)) for rule in rules]
        wait = max((at - rule.slack - now.boot for rule, at in ahead), default=0.0)
        if wait <= patience:
            leaves = now.boot + max(wait, 0.0)
            for rule, at in ahead:
                after = max(at, leaves) + messages * rule.gap
                db.change(SPEND, {"scope": rule.scope, "at": after})
    return max(wait, 0.0)


def _empty_at(db: Database, scope: str, now: Now) -> float:
    row = db.one(EMPTY_AT, {"scope": scope})
    at = float(row[0]) if row else 0.0
    return at if now.boot < at <= now.boot + LONGEST else now.boot


def prune(db: Database, *, now: Now) -> int:
    """Forget the scopes that are empty, and those of an earlier boot."""
    with db.write():
        return db.change(PRUNE, {"boot": now.boot, "longest": LONGEST})
