"""The end of a search: each request that waits for it stores the results, with buttons of its own
person."""

from collections.abc import Sequence
from dataclasses import asdict

from procs.core import codec
from procs.core.clock import Now
from procs.records.job import Lease
from procs.store.database import Database, Row
from procs.store.jobs import leases
from procs.store.requests import buttons
from procs.store.requests.buttons import ButtonMeaning
from procs.store.searches.search_results import SearchHit

WAITING = """
SELECT id, user_id, chat FROM requests WHERE job = :job AND state = 'open' ORDER BY id
"""
LISTED = """
UPDATE requests SET state = 'listed', found = :found, ended_at = :now
 WHERE id = :request AND state = 'open'
"""
FOUND = "SELECT found FROM requests WHERE id = :request"
#: Results in one page of buttons.
PAGE_SIZE = 5
#: What its buttons do: choose a result, show another page, search at another site.
PICK, PAGE, ELSEWHERE = "search-pick", "search-page", "search-site"


def show(
    db: Database, lease: Lease, hits: Sequence[SearchHit], others: Sequence[str], *, now: Now
) -> int:
    """Give every waiting request the results, and offer the `others` sites. Returns how many
    waited. Raises LeaseLost."""
    words = lease.link.title
    with db.write(full=True):
        leases.finish(db, lease, now=now)
        rows = db.all(WAITING, {"job": lease.job})
        for row in rows:
            found = codec.dump(record(db, row, words, hits, others, now=now))
            db.change(LISTED, {"request": row[0], "found": found, "now": now.wall})
    return len(rows)


def record(
    db: Database,
    row: Row,
    words: str,
    hits: Sequence[SearchHit],
    others: Sequence[str],
    *,
    now: Now,
) -> dict[str, object]:
    """The results as a request stores them, with a token for each button."""
    request, person, chat = row
    pages = range(-(-len(hits) // PAGE_SIZE)) if len(hits) > PAGE_SIZE else range(0)
    meanings = [
        *(ButtonMeaning(person, chat, PICK, asdict(hit), request) for hit in hits),
        *(ButtonMeaning(person, chat, PAGE, {"page": page}, request) for page in pages),
        *(
            ButtonMeaning(person, chat, ELSEWHERE, {"site": s, "words": words}, request)
            for s in others
        ),
    ]
    tokens = buttons.mint(db, meanings, now=now)
    entries = [{**asdict(hit), "token": token} for hit, token in zip(hits, tokens, strict=False)]
    rest = tokens[len(hits) :]
    return {
        "kind": "search",
        "words": words,
        "entries": entries,
        "pages": rest[: len(pages)],
        "others": [list(one) for one in zip(others, rest[len(pages) :], strict=True)],
    }


def shown_results(db: Database, request: int) -> str:
    """The results that a request shows, as JSON; "" for a request that is deleted."""
    row = db.one(FOUND, {"request": request})
    return str(row[0]) if row else ""
