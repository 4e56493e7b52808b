"""The pictures that stand on cards: what Telegram holds of a link's picture, and which cards show
theirs.

A row is good for as long as a look: a card that is opened again from it has the picture at once.
"""

from dataclasses import asdict, dataclass

from procs.core import codec
from procs.core.clock import Now
from procs.records.job import Reference
from procs.store.database import Database
from procs.store.media import cards, looks

KEEP = """
INSERT INTO thumbnails (key, reference, adult, until) VALUES (:key, :reference, :adult, :until)
    ON CONFLICT (key) DO UPDATE
   SET reference = excluded.reference, adult = excluded.adult, until = excluded.until
"""
FIND = """
SELECT t.reference, t.adult FROM cards c JOIN thumbnails t ON t.key = c.key
 WHERE c.request = :request AND c.pictured = 0 AND t.until > :now
"""
#: Cards in the chat that could show it. Of several links of one message each has it in its own.
WITHOUT = """
SELECT c.request FROM cards c JOIN requests r ON r.id = c.request
 WHERE c.key = :key AND c.key <> '' AND c.pictured = 0
   AND r.state = 'choosing' AND r.speaker IS NULL
"""
HERE = "SELECT 1 FROM thumbnails WHERE key = :key AND until > :now"
SHOW_IT = "UPDATE cards SET version = version + 1 WHERE request = :request"
PICTURED = "UPDATE cards SET pictured = :pictured WHERE request = :request"
PRUNE = "DELETE FROM thumbnails WHERE until <= :now"


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture that Telegram holds, of a media that its site marks as for adults, or not."""

    reference: Reference
    adult: bool


def is_wanted(db: Database, key: str, *, now: Now) -> bool:
    """Whether a card of this link is in a chat, and its picture is not with Telegram."""
    here = db.one(HERE, {"key": key, "now": now.wall})
    return here is None and bool(db.all(WITHOUT, {"key": key}))


def keep(db: Database, key: str, reference: Reference, *, adult: bool, now: Now) -> None:
    """Keep a link's picture, and have its cards written again."""
    facts = {"reference": codec.dump(asdict(reference)), "adult": int(adult)}
    with db.write():
        db.change(KEEP, {"key": key, "until": now.wall + looks.LASTS, **facts})
        for (request,) in db.all(WITHOUT, {"key": key}):
            db.change(SHOW_IT, {"request": request})
            db.change(cards.SHOW, {"request": request})


def lacking(db: Database, request: int, *, now: Now) -> Thumbnail | None:
    """The picture that a card does not show yet; None where there is none, or it shows it."""
    row = db.one(FIND, {"request": request, "now": now.wall})
    if row is None:
        return None
    return Thumbnail(codec.record(Reference, codec.load(row[0])), bool(row[1]))


def shows(db: Database, request: int) -> None:
    """A card has its picture, or Telegram does not take it there: it is not tried again."""
    with db.write():
        db.change(PICTURED, {"request": request, "pictured": 1})


def forget_picture(db: Database, request: int) -> None:
    """The message of a card is gone, and its picture with it: the next change brings another."""
    with db.write():
        db.change(PICTURED, {"request": request, "pictured": 0})


def prune(db: Database, *, now: Now) -> int:
    """Forget what is too old."""
    with db.write():
        return db.change(PRUNE, {"now": now.wall})
