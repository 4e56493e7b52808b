"""Sources: when each list is looked at, and what a look finds.

A look and its results are one transaction: after a kill before it, the job runs again and finds the
same; after a kill behind it, the news are rows, and followers get them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from procs.core.clock import Now
from procs.records.job import Kind, Lane, Lease, Link, State
from procs.records.job_payload import SourcePayload
from procs.store import wake
from procs.store.database import Database
from procs.store.follows import follow_notices, source_rhythm
from procs.store.jobs import leases, seats

#: The user of looks at sources; no person has this number.
FOLLOWERS = -2
#: Sources whose looks one transaction begins, and seconds for which news wait for a follower's
#: allowance.
AT_ONCE, NEWS_KEPT = 20, 30 * 24 * 3600.0
#: Entries that every look reads, and seconds after which one reads a longer list to its end: what
#: is put there is found within that time, and from then on by every look.
HEAD, DEEP_EVERY = 500, 24 * 3600.0
#: More unknown entries than this in the beginning of a longer list mean that its order changed.
SUDDEN = 40

DUE = """
SELECT s.id, s.url, s.site, s.key, s.title FROM sources s
 WHERE s.job IS NULL AND s.due_at IS NOT NULL AND s.due_at <= :now
   AND EXISTS (SELECT 1 FROM follows f WHERE f.source = s.id AND f.state = 'on')
   AND NOT EXISTS (SELECT 1 FROM sources o WHERE o.site = s.site AND o.job IS NOT NULL)
 ORDER BY s.due_at LIMIT :most
"""
BEGIN = "UPDATE sources SET job = :job, tried_at = :now WHERE id = :source AND job IS NULL"
#: Looks are many: of each source one that is over stays in the record. It is never the newest job,
#: whose number would be given away again.
DROP_LAST = f"""
DELETE FROM jobs
 WHERE id = (SELECT last_job FROM sources WHERE id = :source) AND state >= {State.DONE}
"""
SOURCE = """
SELECT title, looked_at, news_at, rhythm, partly, deep_at FROM sources WHERE id = :source
"""
TRIED = "SELECT tried_at FROM sources WHERE id = :source"
KNOWN = "SELECT entry FROM source_entries WHERE source = :source"
SEE = """
INSERT INTO source_entries (source, entry) VALUES (:source, :entry) ON CONFLICT DO NOTHING
"""
NEWS = """
INSERT INTO source_news (source, url, site, key, title, found_at)
VALUES (:source, :url, :site, :key, :title, :now)
"""
LOOKED = """
UPDATE sources
   SET last_job = job, job = NULL, due_at = :due, looked_at = :now, news_at = :news_at,
       rhythm = :rhythm, every = :every, partly = :partly,
       deep_at = :deep, fails = 0, failing_at = NULL, rests = 0,
       looks = looks + 1, found = found + :found,
       title = CASE :title WHEN '' THEN title ELSE :title END
 WHERE id = :source
"""
OWE = """
UPDATE follows SET owed_at = :now
 WHERE source = :source AND state = 'on' AND told IS NOT NULL AND owed_at IS NULL
"""
#: A first look tells what is old: news are what comes after it.
START = """
UPDATE follows
   SET told = (SELECT COALESCE(MAX(n.id), 0) FROM source_news n WHERE n.source = :source)
 WHERE source = :source AND state = 'on' AND told IS NULL
"""
OVER = f"""
SELECT s.id, s.site, s.every, s.fails, s.failing_at, s.rests, s.looked_at, COALESCE(j.error, '')
  FROM sources s LEFT JOIN jobs j ON j.id = s.job
 WHERE s.job IS NOT NULL AND (j.id IS NULL OR j.state >= {State.DONE})
"""
FAILED = """
UPDATE sources
   SET last_job = job, job = NULL, due_at = :due, every = :every, fails = :fails,
       failing_at = :failing, rests = :rests, looks = looks + 1
 WHERE id = :source
"""
OF_SITE = "SELECT COUNT(*) FROM sources WHERE site = :site AND due_at IS NOT NULL"
PRUNE = "DELETE FROM sources WHERE NOT EXISTS (SELECT 1 FROM follows f WHERE f.source = sources.id)"
PRUNE_NEWS = "DELETE FROM source_news WHERE found_at <= :before"


@dataclass(frozen=True, slots=True)
class SeenList:
    """What a look found of a list: its title, the name of each entry with its link (None where it
    has none that may be opened), whether this is only the beginning of the list, and whether the
    look was to read it to its end (`deep`)."""

    title: str
    entries: Sequence[tuple[str, Link | None]]
    partly: bool = False
    deep: bool = False


def plan(db: Database, *, now: Now) -> int:
    """Begin the looks that are due, one at a site at a time. Returns how many."""
    if not db.all(DUE, {"now": now.wall, "most": 1}):
        return 0
    with db.write():
        rows = db.all(DUE, {"now": now.wall, "most": AT_ONCE})
        first = {
            site: (source, url, site, key, title) for source, url, site, key, title in rows[::-1]
        }
        for source, url, site, key, title in first.values():
            payload = SourcePayload(url, site, key, "look", title, folder=1, source=source)
            mark = f"{Kind.SOURCE}:{source}"
            new = seats.NewJob(FOLLOWERS, Lane.SOURCE, Kind.SOURCE, payload, mark=mark, site=site)
            job = seats.add(db, new, now=now)
            db.change(BEGIN, {"source": source, "job": job, "now": now.wall})
            db.change(DROP_LAST, {"source": source})
    wake.notify_idle(db.run, len(first), lanes=(Lane.SOURCE,))
    return len(first)


def was_looked_at(db: Database, source: int) -> bool:
    """Whether a look at the source ever succeeded."""
    row = db.one(SOURCE, {"source": source})
    return row is not None and row[1] is not None


def is_whole(db: Database, source: int) -> bool:
    """Whether every entry that it had at an earlier look was seen: what is unknown is new."""
    row = db.one(SOURCE, {"source": source})
    return row is not None and row[1] is not None and not row[4]


def is_deep(db: Database, source: int, *, now: Now) -> bool:
    """Whether the next look reads the list to its end: the first one does, and one in a while."""
    row = db.one(SOURCE, {"source": source})
    if row is None or row[1] is None:
        return True
    return row[5] is not None and bool(row[5] <= now.wall - DEEP_EVERY)


def tried_at(db: Database, source: int, *, now: Now) -> float:
    """The wall instant at which the look under way was begun; now for a source that is gone."""
    row = db.one(TRIED, {"source": source})
    return float(row[0]) if row and row[0] is not None else now.wall


def of_site(db: Database, site: str) -> int:
    """The number of sources of a site."""
    return int(db.all(OF_SITE, {"site": site})[0][0])


def finish_look(db: Database, lease: Lease, seen: SeenList, *, least: float, now: Now) -> int:
    """Finish a look that succeeded: entries that no look saw before are news, unless this was the
    first look. `least` is the source's shortest interval. Returns the number of news. Raises
    LeaseLost."""
    with db.write(full=True):
        leases.finish(db, lease, now=now)
        row = db.one(SOURCE, {"source": lease.source})
        if row is None:  # the source has no follower any more
            return 0
        _, looked_at, news_at, before, was_partly, deep_at = row
        is_first = looked_at is None
        known = {entry for (entry,) in db.all(KNOWN, {"source": lease.source})}
        fresh = [name for name, _ in seen.entries if name not in known]
        news = news_of(seen, known, partly=bool(was_partly)) if not is_first else []
        source = {"source": lease.source, "now": now.wall}
        db.change_many(SEE, [{**source, "entry": name} for name in dict.fromkeys(fresh)])
        db.change_many(NEWS, [{**source, **_link(one)} for one in news])
        since = now.wall - (news_at or looked_at or now.wall)
        rhythm = source_rhythm.rhythm(before, since, len(news)) if news else before
        every = source_rhythm.every(rhythm, 0.0 if news else since, least)
        facts = {"due": now.wall + every, "every": every, "rhythm": rhythm, "found": len(news)}
        at = now.wall if news or news_at is None else news_at
        now_partly = seen.partly and bool(is_first or was_partly)
        list_facts = {"partly": int(now_partly), "title": seen.title, "news_at": at}
        deep = {"deep": deep_at_of(seen, news, deep_at, now)}
        db.change(LOOKED, {**source, **facts, **list_facts, **deep})
        if news:
            db.change(OWE, source)
        db.change(START, source)
    return len(news)


def news_of(seen: SeenList, known: set[str], *, partly: bool) -> list[Link]:
    """The entries that are news, the oldest first. Of a list that was seen `partly` so far, what
    comes into sight behind the last known entry is old; so is all of it when its order changed."""
    names = [name for name, _ in seen.entries]
    last = max((at for at, name in enumerate(names) if name in known), default=-1)
    reach = last if partly and known else len(names)
    first = next((at for at, name in enumerate(names) if name in known), len(names))
    fresh = {
        name: (at, link)
        for at, (name, link) in reversed(list(enumerate(seen.entries)))
        if name not in known and at < reach
    }
    if partly and len(fresh) > SUDDEN:
        return []
    # A list that begins with its newest entry has them at its head; else they are in their order.
    order = sorted(fresh.values(), key=lambda one: (one[0] >= first, _turned(one[0], first)))
    return [link for _, link in order if link is not None]


def deep_at_of(
    seen: SeenList, news: Sequence[Link], before: float | None, now: Now
) -> float | None:
    """When a list was read to its end last, after this look. One that gets its news there is read
    to its end each time; one that a look reads whole needs it never."""
    if not seen.deep:
        return before if before is not None else 0.0 if seen.partly else None
    if len(seen.entries) <= HEAD and not seen.partly:
        return None
    behind = {link for _, link in seen.entries[HEAD:] if link is not None}
    return 0.0 if behind.intersection(news) else now.wall


def _turned(at: int, first: int) -> int:
    return -at if at < first else at


def _link(link: Link) -> dict[str, str]:
    return {"url": link.url, "site": link.site, "key": link.key, "title": link.title}


def no_list(db: Database, lease: Lease, *, now: Now) -> None:
    """Finish a first look that found no list: each follow is ended with a notice. Raises
    LeaseLost."""
    with db.write(full=True):
        leases.finish(db, lease, now=now)
        follow_notices.end_all(db, lease.source, follow_notices.NO_LIST)


def collect(db: Database, least: Callable[[str], float], *, now: Now) -> int:
    """Note the looks that failed for good: the source is tried again later, and later each time,
    and rests after some days. `least` is the shortest interval of a site's sources. Returns how
    many failed."""
    if not db.all(OVER):
        return 0
    with db.write(full=True):
        rows = db.all(OVER)
        for source, site, every, fails, failing_at, rests, looked_at, _ in rows:
            fails, since = fails + 1, now.wall if failing_at is None else failing_at
            every = max(every, least(site))
            rested = rests or source_rhythm.is_over(fails, now.wall - since)
            wait = source_rhythm.RESTING if rested else source_rhythm.after_failure(every, fails)
            facts = {"due": now.wall + wait, "every": every, "fails": fails, "failing": since}
            db.change(FAILED, {"source": source, **facts, "rests": int(bool(rested))})
            if looked_at is None:
                follow_notices.end_all(db, source, follow_notices.UNREAD)
            elif rested and not rests:
                follow_notices.tell_all(db, source, follow_notices.RESTS)
    wake.notify(db.run, wake.BOT)
    return len(rows)


def prune(db: Database, *, now: Now) -> int:
    """Delete the sources without a follower, with the entries seen in them, and news that nobody
    had room for."""
    with db.write():
        return db.change(PRUNE) + db.change(PRUNE_NEWS, {"before": now.wall - NEWS_KEPT})
