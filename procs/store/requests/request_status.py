"""The status of a request: everything that its status message, or a progress bar, can show."""

from dataclasses import dataclass
from typing import Any

from procs.core.clock import Now
from procs.records.job import Lane, Lease, State, Step
from procs.store.database import Database
from procs.store.health import low_disks
from procs.store.jobs import pauses
from procs.store.jobs.leases import LEASE
from procs.store.jobs.positions import QueuePositions
from procs.store.sites.breaker_trials import WAITS
from procs.wishes.variant import parse

#: Why a download waits while the disk is low, or has no room for it.
NO_ROOM = "no-room"
#: What is said of one of several links whose card is a message of its own.
APART = "card-apart"
#: What stands before a smaller form that Telegram holds.
HERE = "here:"
#: Seconds without a beat after which a worker seems to stand still: two beats are missing.
SILENT = 35.0

COLUMNS = """
SELECT r.id, r.user_id, r.chat, r.chat_access, r.message, r.status_message, r.status_random,
       COALESCE(NULLIF(r.spoken, ''), u.language, 'en'), r.state, j.state, p.step,
       COALESCE(p.done, 0), COALESCE(p.total, 0), COALESCE(p.rate, 0.0), j.at, COALESCE(r.code, ''),
       COALESCE(r.say, ''), r.title, r.shown, r.site, r.url, COALESCE(j.error, ''), j.id, j.lane,
       j.user_id,
       (SELECT COUNT(*) FROM requests e WHERE e.parent = r.id),
       (SELECT COUNT(*) FROM requests e WHERE e.parent = r.id AND e.state = 'delivered'),
       r.found, r.shown_stage, r.shown_share, r.shown_at, COALESCE(r.speaker, 0), r.listing,
       r.variant, r.received_at, r.key, r.topic, r.reaction
  FROM requests r
  LEFT JOIN users u ON u.id = r.user_id
  LEFT JOIN jobs j ON j.id = r.job
  LEFT JOIN progress p ON p.job = r.job
"""
# `+r.id` keeps the planner from walking the whole table in the order of its ids.
UNCLOSED = (
    COLUMNS
    + """
WHERE r.closed_at IS NULL AND r.folder = 0 AND r.inline_message IS NULL ORDER BY +r.id
"""
)
INLINE = (
    COLUMNS
    + """
WHERE r.inline_message IS NOT NULL AND r.closed_at IS NULL ORDER BY +r.id
"""
)
ONE = COLUMNS + "WHERE r.id = :request"
OF_GROUP = COLUMNS + "WHERE r.speaker IS NOT NULL AND r.speaker = :speaker ORDER BY +r.id"
OF_USER = (
    COLUMNS
    + """
WHERE r.closed_at IS NULL AND r.folder = 0 AND r.user_id = :user AND r.state = 'open' ORDER BY +r.id
"""
)
#: Entries of a list that failed.
#: The forms of a media that Telegram holds.
HELD = "SELECT variant FROM media_keys WHERE key = :key"
LOST = "SELECT place FROM requests WHERE parent = :request AND state = 'failed' ORDER BY place"
REPORT = f"""
INSERT INTO progress (job, step, done, total, rate)
SELECT id, :step, :done, :total, :rate FROM jobs
 WHERE id = :job AND fence = :fence AND worker = :worker AND state + 0 = {State.LEASED}
    ON CONFLICT (job) DO UPDATE
   SET step = excluded.step, done = excluded.done, total = excluded.total, rate = excluded.rate
"""
WHO_WAITS = """
SELECT chat, MAX(chat_access) FROM requests
 WHERE job = :job AND state = 'open' AND folder = 0
 GROUP BY chat ORDER BY MIN(id) LIMIT 3
"""


@dataclass(frozen=True, slots=True)
class RequestStatus:
    """`done` and `total` in bytes, `rate` in bytes a second, `place` from 1 while the job waits its
    turn (0 otherwise), `wait` seconds until then (0 when nobody knows), `retry_at` a wall instant
    while the job is to be tried again later, `error` why it was not done at the last attempt,
    or cannot be done now (NO_ROOM); "" while nothing but its turn holds it up.

    `ahead` is the place in the user's own line, from 1, of a job that waits for another of theirs;
    `paused` whose pause holds it up (all, user, site); `stalls` says that its worker does not beat,
    `ready` that the media is with Telegram and has only to be sent; `shared` that the job is that
    of somebody else who asked before; `instead` names a smaller form that can be had, while the
    site is left alone, and begins with HERE where that form needs no visit.

    Of a list: its `entries`, how many were `sent`, and the places of those that failed; `found` is
    what a look found, as JSON. `shown` is what the status message says (empty when that is not
    known), of which stage and share of one, since the instant `shown_at` of Telegram's clock.

    In a group: the `topic` of a forum, and whether a `reaction` on the person's message shows that
    it goes on, instead of a status message.

    Of a link among several of one message: `speaker` is the request in whose row the status message
    of all stands (0: it came alone), `listing` the message that shows what was found behind it."""

    request: int
    user: int
    chat: int
    chat_access: int
    message: int
    status_message: int | None
    status_random: int
    language: str
    state: str
    job_state: State | None
    step: Step | None
    done: int
    total: int
    rate: float
    place: int
    retry_at: float | None
    code: str
    say: str
    title: str
    shown: str
    site: str
    url: str
    error: str = ""
    wait: float = 0.0
    entries: int = 0
    sent: int = 0
    lost: str = ""
    found: str = ""
    shown_stage: str = ""
    shown_share: float | None = None
    shown_at: float = 0.0
    speaker: int = 0
    listing: int | None = None
    variant: str = "best"
    received: float = 0.0
    key: str = ""
    topic: int = 0
    reaction: int = 0
    ahead: int = 0
    paused: str = ""
    stalls: bool = False
    ready: bool = False
    shared: bool = False
    instead: str = ""

    @property
    def is_apart(self) -> bool:
        """Whether another message asks what is wanted of it, so that nothing is left to say."""
        return self.state == "cancelled" and self.say == APART


@dataclass(frozen=True, slots=True)
class Report:
    """How far a job is, by who holds its lease."""

    lease: Lease
    step: Step
    done: int = 0
    total: int = 0
    rate: float = 0.0


def is_short_of_room(db: Database, now: Now) -> bool:
    """Whether a download waits for room on a disk, as no machine has any."""
    return low_disks.is_everywhere(db, since=now.boot - LEASE)


def open_statuses(db: Database, *, now: Now) -> list[RequestStatus]:
    """Every request of a chat about which the last word is not said, oldest first."""
    around = _Around(db, now=now, low=is_short_of_room(db, now))
    return [_status(around, row) for row in db.all(UNCLOSED)]


def inline(db: Database, *, now: Now) -> list[RequestStatus]:
    """The same of requests whose target is an inline message; `message` is minus its number."""
    around = _Around(db, now=now, low=is_short_of_room(db, now))
    return [_status(around, row) for row in db.all(INLINE)]


def status_of(db: Database, request: int, *, now: Now) -> RequestStatus | None:
    """The status of one request; None for one that is gone."""
    if (row := db.one(ONE, {"request": request})) is None:
        return None
    return _status(_Around(db, now=now, low=is_short_of_room(db, now)), row)


def together(db: Database, request: int, *, now: Now) -> list[RequestStatus]:
    """The requests for which one status message speaks; `request` is the speaker."""
    around = _Around(db, now=now, low=is_short_of_room(db, now))
    rows = db.all(OF_GROUP, {"speaker": request}) or db.all(ONE, {"request": request})
    return [_status(around, row) for row in rows]


def open_of(db: Database, user: int) -> list[RequestStatus]:
    """What a user waits for at the moment, oldest first."""
    around = _Around(db)
    return [_status(around, row) for row in db.all(OF_USER, {"user": user})]


def report(db: Database, reports: list[Report]) -> None:
    """Keep how far jobs are, for whoever shows it, as long as they are held by these leases."""
    for one in reports:
        one.lease.progress.is_shown = True
    with db.write(only=()):
        db.change_many(
            REPORT,
            [
                {
                    "job": r.lease.job,
                    "fence": r.lease.fence,
                    "worker": r.lease.worker,
                    "step": r.step.value,
                    "done": r.done,
                    "total": r.total,
                    "rate": r.rate,
                }
                for r in reports
            ],
        )


class _Around:
    """What one look needs to know beside the rows: whose turn is next, what is paused, the time."""

    def __init__(self, db: Database, *, now: Now | None = None, low: bool = False) -> None:
        self.db = db
        self.turns = QueuePositions(db)
        self.scopes = {scope for scope, _, _ in pauses.listed(db)}
        self.low = low
        self.now = now

    def instead(self, error: str, *, key: str, variant: str) -> str:
        """A smaller form of what waits for its site, of those that are here if there is one."""
        if not error.startswith(WAITS):
            return ""
        smaller, first = parse(variant).smaller, ""
        held = {str(one) for (one,) in self.db.all(HELD, {"key": key})} if smaller else set()
        while smaller is not None:
            if str(smaller) in held:
                return f"{HERE}{smaller}"
            first = first or str(smaller)
            smaller = smaller.smaller
        return first

    def lost(self, request: int) -> str:
        """The places of the entries of a list that failed."""
        return ", ".join(str(place) for (place,) in self.db.all(LOST, {"request": request}))

    def paused(self, state: State | None, *, user: int, site: str) -> str:
        """Whose pause holds up a job of this state; "" when none does."""
        if not self.scopes or state is State.LEASED:
            return ""
        held = {"all": pauses.ALL, "user": pauses.user(user), "site": pauses.site(site)}
        return next((whose for whose, scope in held.items() if scope in self.scopes), "")

    def stalls(self, state: State | None, until: float | None) -> bool:
        """Whether the worker of a lease that ends at `until` (boot clock) has not beaten lately."""
        if state is not State.LEASED or until is None or self.now is None:
            return False
        return self.now.boot - (until - LEASE) > SILENT


def _status(around: _Around, row: tuple[Any, ...]) -> RequestStatus:
    head, (job_state, step, done, total, rate, at) = row[:9], row[9:15]
    tail, (error, job, lane, user), (entries, sent, *more) = row[15:21], row[21:25], row[25:38]
    state = None if job_state is None else State(job_state)
    light = lane == Lane.LIGHT
    owner, site = (head[1], "") if entries else (user, "" if light else tail[4])
    paused = around.paused(state, user=owner, site=site) if head[8] == "open" else ""
    doing = None if paused else _doing(state, step, lane=lane)
    in_line = doing is None and lane == Lane.HEAVY and state is not None
    place = around.turns.place(job, state, user=user) if in_line and state is not None else 0
    wait = around.turns.wait(job, place=place, user=user, site=tail[4]) if place else 0.0
    mine = place and state is State.WAITING and user == head[1]
    later = at if state is State.LATER else None
    why = NO_ROOM if around.low and place else error if later else ""
    if state is State.QUEUED and place and around.turns.is_next(place):
        place = 0  # it has its turn: a place in the line would be one that nobody waits at
    facts: tuple[Any, ...] = (*head, state, doing, done, total, rate, place, later, *tail)
    ahead = around.turns.line(job, user) if mine else 0
    lost = around.lost(head[0]) if entries > sent else ""
    facts += (why, wait, entries, sent, lost, *more, ahead, paused, around.stalls(state, at), light)
    shared = user is not None and user != head[1] and not entries
    facts += (shared, around.instead(error, key=row[35], variant=row[33]) if later else "")
    return RequestStatus(*facts)


def _doing(state: State | None, step: str | None, *, lane: int | None) -> Step | None:
    """The step to show. A delivery waits milliseconds for its turn: it is shown as being sent."""
    if state is None or state.over or state is State.LATER:
        return None
    if lane == Lane.LIGHT:
        return Step.DELIVER
    return Step(step) if state is State.LEASED and step else None


def who_waits(db: Database, job: int) -> list[tuple[int, int]]:
    """The chats of the first who wait for a job, with what addresses them."""
    return [(chat, access) for chat, access in db.all(WHO_WAITS, {"job": job})]
