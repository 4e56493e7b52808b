"""How much one person may have on the way.

A list counts as one request, whatever it holds, because its entries were asked for with one word;
and it is never cut short for what else is on the way. But another list is taken only while less of
the earlier ones is left than a person may have requests: else a hundred lists would be thousands.
"""

from dataclasses import dataclass

from procs.config import Settings
from procs.core.clock import Now
from procs.records.admin_role import Role
from procs.records.job import Ask
from procs.store.admins import admin_rows
from procs.store.database import Database
from procs.store.modes import bot_members
from procs.store.modes.day_quota import NO_QUOTA, DayQuota, UserKind
from procs.store.people import usage
from procs.wishes.variant import parse

OPEN = """
SELECT COUNT(*) FROM requests
 WHERE user_id = :user AND closed_at IS NULL AND folder = 0 AND state = 'open'
"""
ENTRIES = """
SELECT COUNT(*) FROM requests r JOIN requests e ON e.parent = r.id
 WHERE r.user_id = :user AND r.closed_at IS NULL AND r.state = 'open'
   AND e.parent IS NOT NULL AND e.state = 'open'
"""
#: Lists of which nobody knows yet how much there is.
UNREAD = """
SELECT COUNT(*) FROM requests r
 WHERE r.user_id = :user AND r.closed_at IS NULL AND r.state = 'open'
   AND r.variant LIKE '%#%' AND r.variant NOT LIKE 'look%'
   AND NOT EXISTS (SELECT 1 FROM requests e WHERE e.parent = r.id)
"""
#: All three at once.
ON_THE_WAY = f"SELECT ({OPEN}), ({ENTRIES}), ({UNREAD})"
OPEN_OF_GROUP = """
SELECT COUNT(*) FROM requests
 WHERE chat < 0 AND chat = :chat AND closed_at IS NULL AND state = 'open'
"""
#: Outcomes of what is not taken: too many requests, or too much of lists, is on the way, of a
#: person or of a group.
FULL, LISTS_FULL, GROUP_FULL = "full", "lists-full", "group-full"
#: The same of a day: a person was sent as many requests, or as much, as they may have in one.
DAY_FULL, DAY_HEAVY = "day-full", "day-heavy"
#: More entries of a list were chosen than are left of the day.
DAY_SHORT = "day-short"


@dataclass(frozen=True, slots=True)
class Allowance:
    """Requests that one person may have on the way (0: as many as they like), entries that one
    list may bring, and requests that one group may have on the way (0: no end). `owners` have no
    row among the admins."""

    most: int = 0
    entries: int = 0
    group: int = 0
    owners: frozenset[int] = frozenset()

    def of_day(self, kind: UserKind) -> DayQuota:
        """What one person of this kind may be sent in a day."""
        return NO_QUOTA

    def kind(self, db: Database, user: int) -> UserKind:
        """What somebody is to the bot."""
        if user in self.owners or admin_rows.role(db, user) is not Role.EVERYONE:
            return UserKind.ADMIN
        return UserKind.MEMBER if bot_members.has(db, user) else UserKind.EVERYBODY


class LiveAllowance(Allowance):
    """The same as the settings have it at each use: admins change them while all runs."""

    settings: Settings

    def __init__(self, settings: Settings) -> None:
        object.__setattr__(self, "settings", settings)

    @property
    def most(self) -> int:
        return self.settings.max_open_requests

    @property
    def entries(self) -> int:
        return self.settings.max_playlist

    @property
    def group(self) -> int:
        return self.settings.max_open_requests_per_group

    @property
    def owners(self) -> frozenset[int]:
        return frozenset(self.settings.admins)

    def of_day(self, kind: UserKind) -> DayQuota:
        requests = getattr(self.settings, f"{kind.value}requests_per_day")
        return DayQuota(requests, getattr(self.settings, f"{kind.value}bytes_per_day"))


@dataclass(slots=True)
class Remaining:
    """What a person may ask for yet: requests (None: as many as they like), and entries of lists
    until no list is taken."""

    allowance: Allowance
    requests: int | None
    entries: int
    group: int = 0
    #: Requests of today, None for no end; and why nothing more of today is taken.
    today: int | None = None
    spent: str = ""
    kind: UserKind = UserKind.EVERYBODY

    def refuses(self, ask: Ask, entries: int = 1) -> str:
        """Why an ask is not taken; "" when it is, and counted. `entries` are those that were chosen
        of a list, where that is known."""
        if self.spent or self.today == 0:
            return self.spent or DAY_FULL
        if self.today is not None and entries > self.today:
            return DAY_SHORT
        why = self.refuses_now(ask)
        if not why and self.today is not None:
            self.today -= entries
        return why

    def refuses_now(self, ask: Ask) -> str:
        """The same, of what is on the way."""
        if ask.chat < 0 and self.allowance.group:
            if self.group <= 0:
                return GROUP_FULL
            self.group -= 1
        if self.requests is None:
            return ""
        brings = is_list(ask)
        if self.requests <= 0:
            return FULL
        if brings and self.entries <= 0:
            return LISTS_FULL
        self.requests -= 1
        self.entries -= self.allowance.entries if brings else 0
        return ""


def is_list(ask: Ask) -> bool:
    """Whether it asks for entries of a list."""
    wish = parse(ask.link.variant)
    return bool(wish.pick) and not wish.looks


def room(db: Database, user: int, allowance: Allowance, *, chat: int = 0, now: Now) -> Remaining:
    """What a person may ask for yet; in a group, what may be asked for there."""
    group = allowance.group - open_of(db, chat) if chat < 0 and allowance.group else 0
    kind = allowance.kind(db, user)
    today, spent = of_today(db, user, allowance.of_day(kind), now=now)
    if not (most := allowance.most):
        return Remaining(allowance, None, 0, group, today, spent, kind)
    open_, entries, unread = db.all(ON_THE_WAY, {"user": user})[0]
    promised = int(entries) + (int(unread) * allowance.entries if unread else 0)
    left = most - int(open_), most - promised
    return Remaining(allowance, *left, group, today, spent, kind)


def of_today(db: Database, user: int, quota: DayQuota, *, now: Now) -> tuple[int | None, str]:
    """Requests that a person may ask for today, with those on the way counted as sent (None: no
    end), and why nothing more is taken where that is so. What failed counts for nothing."""
    if quota == NO_QUOTA:
        return None, ""
    sent = usage.read(db, user, now=now).today
    if quota.bytes and sent.bytes >= quota.bytes:
        return 0, DAY_HEAVY
    if not quota.requests:
        return None, ""
    entries = int(db.all(ENTRIES, {"user": user})[0][0])
    left = max(0, quota.requests - sent.requests - entries - on_the_way(db, user))
    return left, "" if left else DAY_FULL


def on_the_way(db: Database, user: int) -> int:
    """Requests that a person has on the way."""
    return int(db.all(OPEN, {"user": user})[0][0])


def open_of(db: Database, chat: int) -> int:
    """Requests of a group that are on the way, whoever asked; entries of lists are closed rows."""
    return int(db.all(OPEN_OF_GROUP, {"chat": chat})[0][0])


def refuses_all(db: Database, user: int, allowance: Allowance) -> bool:
    """Whether a person may ask for nothing more at the moment."""
    most = allowance.most
    return bool(most) and on_the_way(db, user) >= most


def entries_left(db: Database, user: int, allowance: Allowance, *, now: Now) -> int | None:
    """Entries that a list of a person may bring, which is on the way itself; None for as many as it
    has. One was counted when the list was accepted."""
    left, spent = of_today(db, user, allowance.of_day(allowance.kind(db, user)), now=now)
    return None if left is None else 1 if spent == DAY_HEAVY else left + 1
