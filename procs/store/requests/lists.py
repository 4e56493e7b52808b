"""Results of looks: shown, fetched, or turned into a request for each entry."""

from collections.abc import Sequence
from dataclasses import replace

from procs.core import codec
from procs.core.clock import Now
from procs.records import usual_form
from procs.records.job import Ask, Lease, Link
from procs.store.database import Database, Row
from procs.store.jobs import leases, outcomes
from procs.store.media import references
from procs.store.people import preferences
from procs.store.requests import allowances, requests
from procs.store.requests.allowances import Allowance
from procs.wishes.look_text import LOOK
from procs.wishes.variant import parse

WAITING = """
SELECT id, user_id, chat, chat_access, message, ordinal, folder, topic, url, site, key
  FROM requests WHERE job = :job AND state = 'open' ORDER BY id
"""
LISTED = """
UPDATE requests SET state = 'listed', found = :found, title = :title, ended_at = :now
 WHERE job = :job AND state = 'open' AND parent IS NULL
"""
BEGUN = "UPDATE requests SET title = :title, found = :found WHERE id = :request"
NARROWED = "UPDATE requests SET variant = :variant WHERE id = :request"
LATEST = """
SELECT url, site, key FROM requests
 WHERE chat = :chat AND state = 'listed' AND user_id = :user AND ended_at > :since
 ORDER BY id DESC LIMIT 1
"""
#: Seconds in which a choice without a link means what was shown last.
MEANT = 3600.0
#: What is said of an entry that is itself a list: nobody asked for so much.
NESTED = "list-nested"
#: Entries of one link have numbers of their own among those of its message.
WIDTH = 10_000


def show(db: Database, job: int, found: str, *, title: str, now: Now) -> None:
    """The same for who still waits for a job that was finished in this transaction."""
    facts = {"job": job, "found": found, "title": title, "now": now.wall}
    db.change(LISTED, facts)
    outcomes.fail_requests(db, job, say=NESTED, now=now)


def spread(
    db: Database,
    lease: Lease,
    entries: Sequence[tuple[int, Link]],
    *,
    title: str,
    found: str = "",
    allowance: Allowance | None = None,
    now: Now,
) -> int:
    """Make a request of every entry (its place in the list, and the link), for everybody who waits,
    as far as their day goes. `found` says, as JSON, what of the list was left out. Returns how many
    were made. Raises LeaseLost."""
    made = 0
    with db.write(full=True):
        leases.finish(db, lease, now=now)
        for row in db.all(WAITING, {"job": lease.job}):
            left = allowances.entries_left(db, row[1], allowance or Allowance(), now=now)
            taken = entries if left is None else entries[:left]
            rest = left_out(entries[len(taken)][0]) if len(taken) < len(entries) else found
            db.change(BEGUN, {"request": row[0], "title": title, "found": rest})
            for place, link in taken:
                requests.add(db, in_own_way(db, of_entry(row, place, link)), now=now)
            made += len(taken)
    return made


def left_out(place: int) -> str:
    """What is said where more of a list was there, from this place on, than is taken."""
    return codec.dump({"kind": "rest", "next": place})


def in_own_way(db: Database, ask: Ask) -> Ask:
    """An entry as its person wants every film: with subtitles, where the form takes some and the
    media has them, which a look tells, unless it is here with some already."""
    wish = parse(ask.link.variant)
    ask = replace(ask, link=replace(ask.link, variant=str(wish.fetched)))
    if ask.chat < 0 or ask.folder:
        return ask
    terms = usual_form.terms(preferences.read(db, ask.user), wish, asks=False)
    if not terms.wants_words:
        return ask
    for form in (terms.settled([language]) for language in terms.words):
        if references.find(db, ask.link.key, form):
            return replace(ask, link=replace(ask.link, variant=form))
    return replace(ask, link=replace(ask.link, variant=LOOK), card=terms)


def of_entry(row: Row, place: int, link: Link) -> Ask:
    """The request for the entry at `place` of a list; its ordinal keeps the entries in order within
    one message."""
    parent, user, chat, access, message, ordinal, folder, topic = row[:8]
    return Ask(
        *(user, chat, message, WIDTH * (ordinal + 1) + place, link),
        folder=bool(folder),
        chat_access=access,
        parent=parent,
        place=place,
        topic=topic,
    )


def give_variant(db: Database, lease: Lease, variant: str, *, now: Now) -> None:
    """There is nothing to choose from: give everybody who waits the work of this variant. Raises
    LeaseLost."""
    with db.write(full=True):
        leases.finish(db, lease, now=now)
        for row in db.all(WAITING, {"job": lease.job}):
            request, (url, site, key) = row[0], row[8:]
            db.change(NARROWED, {"request": request, "variant": variant})
            ask = replace(of_entry(row, 0, Link(url, site, key, variant)), parent=0, known=True)
            requests.attach(db, request, ask, now=now)


def latest(db: Database, chat: int, user: int, *, now: Now) -> Link | None:
    """The link of which a person was shown lately what there is."""
    facts = {"chat": chat, "user": user, "since": now.wall - MEANT}
    row = db.one(LATEST, facts)
    return Link(*row) if row else None
