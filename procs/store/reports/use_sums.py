"""Sums of use by hour and day, which the keeper keeps up to date from what is new.

A bite of requests and the sums that it adds to are one transaction, with the mark that it was
counted: a kill leaves all of it or nothing, and nothing counts twice. What a request adds when it
arrives is found by a cursor over their numbers; what it adds when it ends, by an index of those
whose end is not counted. A request that begins again (a retry) ends again, and both ends count.
"""

import math
from collections import Counter
from collections.abc import Iterable

from procs.core.clock import Now
from procs.records import job_payload
from procs.records.job_payload import DeliverPayload
from procs.store.database import Database, Row
from procs.store.health import counters, histograms, runtime_settings
from procs.store.media import references

ONE_HOUR, ONE_DAY = 3600, 86400
#: Days begin at midnight in Tehran, where most owners live: seconds before midnight UTC.
DAY_SHIFT = 12600
#: Seconds for which the rows of a grain are kept.
KEPT = {ONE_HOUR: 8 * ONE_DAY, ONE_DAY: 400 * ONE_DAY}
#: Requests in one transaction, and such transactions in one round.
BITE, BITES = 200, 25
#: Steps of a histogram in each doubling of the seconds: a value is known within 9 %.
STEPS = 4
#: The shortest time that is told apart.
SHORTEST = 0.05
#: Sites that failures of one day are told apart by; those beyond are one.
SITES, OTHER_SITES = 200, "other"
#: Where the cursor over arrivals stands: a row of `settings`.
CURSOR = "use_counted_to"

#: grain, start, measure, label -> value
Sums = Counter[tuple[int, int, str, str]]

ARRIVED = """
SELECT r.id, r.user_id, r.folder, r.parent, r.received_at, u.first_seen
  FROM requests r LEFT JOIN users u ON u.id = r.user_id
 WHERE r.id > :after ORDER BY r.id LIMIT :bite
"""
UNCOUNTED = """
SELECT r.id, r.folder, r.site, r.state, r.cached, COALESCE(j.error, r.say, ''),
       COALESCE(r.asked_at, r.received_at), r.started_at, r.ended_at, j.kind, j.payload,
       CASE WHEN r.counted_at IS NULL THEN r.answered_at - r.received_at END,
       CASE WHEN EXISTS (SELECT 1 FROM requests e WHERE e.parent IS NOT NULL AND e.parent = r.id)
            THEN 1 ELSE 0 END
  FROM requests r LEFT JOIN jobs j ON j.id = r.job
 WHERE r.ended_at IS NOT NULL AND (r.counted_at IS NULL OR r.counted_at <> r.ended_at)
 ORDER BY r.id LIMIT :bite
"""
COUNTED = "UPDATE requests SET counted_at = ended_at WHERE id = :request"
ADD = """
INSERT INTO use_sums (grain, start, measure, label, value)
VALUES (:grain, :start, :measure, :label, :value)
    ON CONFLICT (grain, start, measure, label) DO UPDATE
   SET value = use_sums.value + excluded.value
"""
SEEN = "SELECT hour, day FROM active_people WHERE person = :person"
SEE = """
INSERT INTO active_people (person, hour, day) VALUES (:person, :hour, :day)
    ON CONFLICT (person) DO UPDATE SET hour = excluded.hour, day = excluded.day
"""
FAILED_SITES = """
SELECT label FROM use_sums WHERE grain = :grain AND start = :start AND measure = 'failed'
"""
PRUNE = "DELETE FROM use_sums WHERE grain = :grain AND start < :before"


def start_of(grain: int, wall: float) -> int:
    """The instant at which the hour or the day of a wall instant begins."""
    shift = DAY_SHIFT if grain == ONE_DAY else 0
    return (int(wall) + shift) // grain * grain - shift


def bucket(seconds: float) -> str:
    """The step of the histogram that a time falls into."""
    return str(math.floor(STEPS * math.log2(max(seconds, SHORTEST))))


def fold(db: Database, *, now: Now, most: int = BITES) -> int:
    """Add what is new to the sums, at most so many bites of each kind; returns the requests that
    were counted. The next round continues. Raises StoreFull."""
    counted = 0
    for one in (arrivals, ends):
        for _ in range(most):
            bite = one(db, now=now)
            counted += bite
            if bite < BITE:
                break
    return counted


def arrivals(db: Database, *, now: Now) -> int:
    """Count the next requests that arrived, and who was active by them."""
    if not _arrived(db):
        return 0
    with db.write():
        rows, sums, received = _arrived(db), Sums(), 0
        for _, person, folder, parent, at, first_seen in rows:
            if folder:
                continue  # `chapar fetch`: the operator's own
            if parent is None:
                note(sums, at, "received")
                received += 1
            _see(db, sums, person, at, first_seen)
        add(db, sums)
        counters.add(db, "requests.received", received)
        if rows:
            facts = {"name": CURSOR, "value": str(rows[-1][0]), "now": now.wall}
            db.change(runtime_settings.WRITE, facts)
    return len(rows)


def ends(db: Database, *, now: Now) -> int:
    """Count the next requests that ended."""
    if not db.one(UNCOUNTED, {"bite": 1}):
        return 0
    with db.write():
        rows, sums = db.all(UNCOUNTED, {"bite": BITE}), Sums()
        counts: Counter[str] = Counter()
        for row in rows:
            _end(db, sums, counts, row)
        add(db, _bounded(db, sums))
        counters.add_all(db, counts)
        db.change_many(COUNTED, [{"request": row[0]} for row in rows])
    return len(rows)


def note(sums: Sums, at: float, measure: str, label: str = "", value: int = 1) -> None:
    """Add to the hour and the day of a wall instant."""
    for grain in KEPT:
        sums[grain, start_of(grain, at), measure, label] += value


def add(db: Database, sums: Sums) -> None:
    """Write what was added; inside of a write transaction."""
    facts = [
        {"grain": grain, "start": start, "measure": measure, "label": label, "value": value}
        for (grain, start, measure, label), value in sums.items()
    ]
    db.change_many(ADD, facts)


def prune(db: Database, *, now: Now) -> int:
    """Forget the hours and days that nobody is shown any more."""
    with db.write():
        return sum(
            db.change(PRUNE, {"grain": grain, "before": int(now.wall) - kept})
            for grain, kept in KEPT.items()
        )


def _arrived(db: Database) -> list[Row]:
    after = int(runtime_settings.read(db, CURSOR, "0"))
    return db.all(ARRIVED, {"after": after, "bite": BITE})


def _see(db: Database, sums: Sums, person: int, at: float, first_seen: float | None) -> None:
    """A person is active in the hour and the day of this instant, and counts once in each."""
    if person <= 0:
        return
    hour, day = start_of(ONE_HOUR, at), start_of(ONE_DAY, at)
    seen = db.one(SEEN, {"person": person})
    if seen is None:
        note(sums, at if first_seen is None else first_seen, "new")
    last_hour, last_day = seen or (hour - 1, day - 1)
    if hour > last_hour:
        sums[ONE_HOUR, hour, "active", ""] += 1
        if day > last_day:
            sums[ONE_DAY, day, "active", ""] += 1
        db.change(SEE, {"person": person, "hour": hour, "day": max(day, last_day)})


def _end(db: Database, sums: Sums, counts: Counter[str], row: Row) -> None:
    """What one end adds to the hour and day, and to what is counted for ever. A list adds nothing:
    its entries do."""
    _, folder, site, state, cached, error, asked, started, at, kind, payload, said, is_list = row
    if folder or is_list:
        return
    counts[f"requests.ended.{state}"] += 1
    if said is not None:
        histograms.note(counts, f"response.{state}", said)
    if state == "failed":
        note(sums, at, "failed", f"{error or 'unknown'} {site}")
    elif state == "cancelled":
        note(sums, at, "cancelled")
    elif state == "delivered":
        size = _size(db, kind, payload)
        _delivery(sums, at, bool(cached), size)
        note(sums, at, "took", bucket(at - asked))
        counts["delivered.bytes"] += size
        histograms.note(counts, f"delivery.{'cache' if cached else 'download'}", at - asked)
    if started is not None and state in ("delivered", "failed"):
        note(sums, at, "waited", bucket(started - asked))
        histograms.note(counts, f"wait.{state}", started - asked)


def _delivery(sums: Sums, at: float, cached: bool, size: int) -> None:
    note(sums, at, "delivered")
    note(sums, at, "bytes", value=size)
    if cached:
        note(sums, at, "kept")
        note(sums, at, "saved", value=size)


def _size(db: Database, kind: str | None, payload: str | None) -> int:
    """The bytes of what was delivered; 0 where its media is forgotten."""
    about = job_payload.decode(kind, payload) if kind and payload else None
    found = references.read(db, about.media) if isinstance(about, DeliverPayload) else None
    return sum(part.size for part in found.parts) if found else 0


def _bounded(db: Database, sums: Sums) -> Sums:
    """The sums without more sites of failures than a day may have: they come from strangers."""
    bounded = Sums()
    for (grain, start, measure, label), value in sums.items():
        if measure == "failed" and _is_one_too_many(db, grain, start, label):
            label = f"{label.partition(' ')[0]} {OTHER_SITES}"
        bounded[grain, start, measure, label] += value
    return bounded


def _is_one_too_many(db: Database, grain: int, start: int, label: str) -> bool:
    known = _labels(db.all(FAILED_SITES, {"grain": grain, "start": start}))
    return len(known) >= SITES and label not in known


def _labels(rows: Iterable[Row]) -> set[str]:
    return {row[0] for row in rows}
