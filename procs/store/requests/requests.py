"""Requests: from the link in a message to the final status."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from procs.core.clock import Now
from procs.records.job import Ask, Kind, Lane, Lease, Link, Media, State
from procs.records.job_payload import LinkPayload
from procs.store import wake
from procs.store.database import Database, Row
from procs.store.jobs import leases, outcomes, seats
from procs.store.media import cards, deliveries, references
from procs.store.modes import link_gate
from procs.store.requests import allowances, duplicates, heard_updates, link_groups
from procs.store.requests.allowances import Allowance, Remaining
from procs.store.requests.heard_updates import Mark
from procs.store.requests.withdrawal import cancel as cancel
from procs.store.requests.withdrawal import cancel_all as cancel_all
from procs.wishes.variant import Variant, parse

KNOWN = (
    "SELECT id, job FROM requests WHERE chat = :chat AND message = :message AND ordinal = :ordinal"
)
ADD = """
INSERT INTO requests (user_id, chat, chat_access, message, ordinal, folder, url, site, key, variant,
                      status_random, received_at, parent, place, closed_at, topic, spoken,
                      reaction)
VALUES (:user, :chat, :access, :message, :ordinal, :folder, :url, :site, :key, :variant,
        :random, :now, :parent, :place, :closed, :topic, :spoken, :reaction)
RETURNING id
"""
POINT = """
UPDATE requests SET job = :job, cached = :cached,
       title = CASE title WHEN '' THEN :title ELSE title END
 WHERE id = :request
"""
ANSWERED = """
UPDATE requests
   SET status_message = :message, shown = :shown, shown_stage = :stage, shown_share = :share,
       shown_at = :shown_at, answered_at = COALESCE(answered_at, :now)
 WHERE id = :request
"""
CLOSE = "UPDATE requests SET closed_at = :now WHERE id = :request AND closed_at IS NULL"
IS_CLOSED = "SELECT 1 FROM requests WHERE id = :request AND closed_at IS NOT NULL"
STATE = "SELECT state FROM requests WHERE id = :request"
ORDER = """
SELECT id, user_id, chat, chat_access, message, folder, url, site, key, variant, title, state, topic
  FROM requests WHERE id = :request
"""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of one ask. `outcome`: queued, joined (another's download), cached (`media` is
    only sent), asked (a card is shown at once), again (this very message is known already; nothing
    was changed), or why it is not taken (nothing was kept), with the `reason` that an admin gave
    and the wall instant `until` which that holds (None: nobody said). `lane`: of its work."""

    request: int
    outcome: str
    job: int
    reason: str = ""
    until: float | None = None
    lane: Lane | None = None
    media: Media | None = None


@dataclass(frozen=True, slots=True)
class RequestOrder:
    """A request as a worker needs it."""

    id: int
    user: int
    chat: int
    chat_access: int
    message: int
    folder: bool
    url: str
    site: str
    key: str
    variant: str
    title: str
    state: str
    topic: int


def submit(
    db: Database,
    asks: Sequence[Ask],
    *,
    now: Now,
    allowance: Allowance | None = None,
    mark: Mark | None = None,
    hand: Callable[[Submitted], bool] | None = None,
) -> list[Submitted]:
    """Accept the links of one person, as far as that is allowed: their rows and the work for them
    are on the disk when this returns, so the person may be answered. The same message accepted
    twice is one request. Several links of one message in a chat become a group: one status message
    speaks for them (`groups`). The message `mark` is heard with that where all of it is known media
    that is only to be sent, so that nothing is left to be answered. One alone `hand` may claim in
    this transaction: where it says that it did, no worker is woken."""
    allowance = allowance or Allowance()
    if not asks or is_refused(db, asks, allowance):
        return [Submitted(0, allowances.FULL, 0) for _ in asks]
    with db.write(full=True, only=duplicates.names(asks)):
        room = allowances.room(db, asks[0].user, allowance, chat=asks[0].chat, now=now)
        done = [take(db, ask, room, now=now) for ask in asks]
        new = [
            ((ask.chat, ask.message), one.request)
            for ask, one in zip(asks, done, strict=True)
            if one.request and one.outcome != "again" and ask.is_joined
        ]
        link_groups.join(db, new)
        if mark and all(one.outcome == "cached" for one in done):
            heard_updates.write_down(db, mark, now=now)
            if len(done) == 1 and hand and hand(done[0]):
                return done
    for lane, count in Counter(one.lane for one in done if one.lane is not None).items():
        wake.notify_idle(db.run, count, lanes=(lane,))
    return done


def is_refused(db: Database, asks: Sequence[Ask], allowance: Allowance) -> bool:
    """Whether none of them can be taken, which needs no look at the disk."""
    full = allowances.refuses_all(db, asks[0].user, allowance)
    return full and not any(db.one(KNOWN, source(ask)) for ask in asks)


def take(db: Database, ask: Ask, room: Remaining | None, *, now: Now) -> Submitted:
    """Accept one link if there is room for it."""
    if room is None or db.one(KNOWN, source(ask)):
        return add(db, ask, now=now)
    verdict = link_gate.judged(db, ask, room.kind, now=now)
    if verdict.why:
        return Submitted(0, verdict.why, 0, verdict.reason, verdict.until)
    why = room.refuses(verdict.ask)
    return Submitted(0, why, 0) if why else make(db, verdict.ask, now=now)


def add(db: Database, ask: Ask, *, now: Now) -> Submitted:
    """Accept one link, inside a transaction."""
    if known := db.one(KNOWN, source(ask)):
        return Submitted(request=known[0], outcome="again", job=known[1] or 0)
    return make(db, ask, now=now)


def make(db: Database, ask: Ask, *, now: Now) -> Submitted:
    """Make the request of a link that is none yet, inside a transaction."""
    request = keep(db, ask, now=now)
    if ask.card and cards.reopen(db, request, ask.link.key, ask.card, now=now):
        return Submitted(request, "asked", 0)
    return attach(db, request, ask, now=now)


def keep(db: Database, ask: Ask, *, now: Now) -> int:
    """The row of a request without any work, inside a transaction."""
    link = ask.link
    facts = {
        **source(ask),
        "user": ask.user,
        "access": ask.chat_access,
        "folder": int(ask.folder),
        "url": link.url,
        "site": link.site,
        "key": link.key,
        "variant": link.variant,
        "random": deliveries.random_of(ask),
        "now": now.wall,
        "parent": ask.parent or None,
        "place": ask.place,
        "closed": now.wall if ask.parent else None,
        "topic": ask.topic,
        "spoken": ask.spoken,
        "reaction": int(ask.reaction),
    }
    request = int(db.all(ADD, facts)[0][0])
    if ask.card:
        cards.open_(db, request, ask.card)
    return request


def source(ask: Ask) -> dict[str, int]:
    """Which link of which message it is."""
    return {"chat": ask.chat, "message": ask.message, "ordinal": ask.ordinal}


def attach(db: Database, request: int, ask: Ask, *, now: Now, again: bool = False) -> Submitted:
    """Give a request its work: a delivery when the media is known, the download that runs already
    for somebody else, or a download of its own. One that had work before (`again`) keeps its form:
    parts of that may have arrived."""
    if known := in_telegram(db, request, ask, now=now):
        return known
    ask = ask if again else link_gate.in_mode(db, request, ask, now=now)
    wish = parse(ask.link.variant)
    kind, lane = work_of(ask, wish)
    mark = f"{kind}:{ask.link.key}:{ask.link.variant}"
    mark += f":folder:{request}" if ask.folder else ""
    mark += ":card" if ask.card else ""  # another reads a post as a list
    if job := duplicates.alive(db, mark):
        duplicates.join(db, job, user=ask.user, lane=lane, now=now)
        return _point(db, Submitted(request, "joined", job, lane=lane), title=ask.link.title)
    if known := in_telegram(db, request, ask, now=now):
        return known  # it ended between the two looks
    payload = LinkPayload(
        ask.link.url,
        ask.link.site,
        ask.link.key,
        ask.link.variant,
        title=ask.link.title,
        folder=(ask.parent or request) if ask.folder else 0,
        whole=ask.card is not None,
    )
    new = seats.NewJob(ask.user, lane, kind, payload, mark=mark, site=ask.link.site)
    done = Submitted(request, "queued", seats.add(db, new, now=now), lane=lane)
    return _point(db, done, title=ask.link.title)


def in_telegram(db: Database, request: int, ask: Ask, *, now: Now) -> Submitted | None:
    """Give a request its delivery; None when nobody has fetched yet what it asks for."""
    known = None if ask.folder else references.find(db, ask.link.key, ask.link.variant)
    if known is None:
        return None
    job = outcomes.add_delivery(db, request, user=ask.user, media=known.id, now=now)
    references.note_use(db, known.id, now=now)
    done = Submitted(request, "cached", job, lane=Lane.LIGHT, media=known)
    return _point(db, done, title=known.title)


def work_of(ask: Ask, wish: Variant) -> tuple[Kind, Lane]:
    """What is done first: of what is chosen from a list, it must be seen what it is."""
    if wish.looks or (wish.pick and not ask.known):
        return Kind.LOOK, Lane.LOOK
    return Kind.FETCH, Lane.ENCODE if wish.anew else Lane.HEAVY


def _point(db: Database, done: Submitted, *, title: str = "") -> Submitted:
    facts = {"job": done.job, "title": title, "request": done.request}
    db.send(POINT, facts | {"cached": int(done.outcome == "cached")})
    return done


def order(db: Database, request: int) -> RequestOrder | None:
    """One request as a worker needs it."""
    row = db.one(ORDER, {"request": request})
    if row is None:
        return None
    cells: Row = (*row[:5], bool(row[5]), *row[6:])
    return RequestOrder(*cells)


def note_answered(
    db: Database,
    request: int,
    *,
    message: int,
    shown: str,
    stage: str = "",
    share: float | None = None,
    shown_at: float,
    now: Now,
) -> None:
    """The person has a status message now; `shown_at` is told as in `status_columns`."""
    facts = {"request": request, "message": message, "shown": shown, "stage": stage, "share": share}
    with db.write(only=()):
        db.send(ANSWERED, {**facts, "shown_at": shown_at, "now": now.wall})


def close(db: Database, request: int, *, now: Now) -> None:
    """The last word is said; the request is never listed again."""
    close_all(db, [request], now=now)


def close_all(db: Database, requests: Sequence[int], *, now: Now) -> None:
    """The same for all requests of one status message, at once."""
    with db.write(only=()):
        db.change_many(CLOSE, [{"request": one, "now": now.wall} for one in requests])


def is_closed(db: Database, request: int) -> bool:
    """Whether the last word about it was said."""
    return db.one(IS_CLOSED, {"request": request}) is not None


def state(db: Database, request: int) -> str:
    """What has become of a request; "" for none."""
    row = db.one(STATE, {"request": request})
    return str(row[0]) if row else ""


def fetch_anew(db: Database, lease: Lease, order: RequestOrder, *, now: Now) -> None:
    """The media of a delivery is no longer with Telegram: drop it and fetch it again, unless its
    person left meanwhile. Raises LeaseLost."""
    link = Link(url=order.url, site=order.site, key=order.key, variant=order.variant)
    ask = Ask(order.user, order.chat, order.message, 0, link)
    with db.write(full=True):
        leases.end(db, lease, State.DONE, now=now, word="reference-stale")
        references.forget(db, lease.delivery.media)
        if state(db, order.id) == "open":
            attach(db, order.id, ask, now=now, again=True)
