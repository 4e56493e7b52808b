"""A person's past requests, and which of them can be sent again at once."""

from dataclasses import dataclass

from procs.store.database import Database

#: Requests that are shown of one person.
LATEST = 100

# A list is left out for its entries, which are what can be sent again.
OF_PERSON = """
SELECT r.id, r.chat, r.title, r.url, r.site, r.key, r.variant, r.state, r.ended_at,
       CASE WHEN k.media IS NULL THEN 0 ELSE 1 END
  FROM requests r LEFT JOIN media_keys k ON k.key = r.key AND k.variant = r.variant
 WHERE r.user_id = :person AND r.folder = 0 AND r.state IN ('delivered', 'failed')
   AND NOT EXISTS (SELECT 1 FROM requests e WHERE e.parent IS NOT NULL AND e.parent = r.id)
 ORDER BY r.id DESC LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class PastRequest:
    """A request that is over. `kept`: its media is with Telegram and can be sent at once. `at` is
    the wall instant of its end."""

    request: int
    chat: int
    title: str
    url: str
    site: str
    key: str
    variant: str
    state: str
    at: float
    kept: bool


def latest(db: Database, person: int, *, most: int = LATEST) -> list[PastRequest]:
    """What a person got, or could not get, the newest first."""
    rows = db.all(OF_PERSON, {"person": person, "most": most})
    return [PastRequest(*(*row[:8], float(row[8] or 0), bool(row[9]))) for row in rows]
