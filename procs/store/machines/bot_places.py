"""The bot's place in each of Telegram's sequences of updates, for the sign-in that goes on.

Each machine has a sign-in of its own, as has who signs in anew, and what counts updates is the
bot's account: so the place moves and no key is ever used by two. Of several machines only who holds
the bot's lease writes here.
"""

from collections.abc import Iterable

from procs.store.database import Database

KEEP = """
INSERT INTO bot_places (box, pts, qts, date, seq, access)
SELECT :box, :pts, :qts, :date, :seq, :access
 WHERE :fence = 0 OR EXISTS (SELECT 1 FROM bot_lease WHERE name = 'bot' AND fence = :fence)
    ON CONFLICT (box) DO UPDATE
   SET pts = excluded.pts, qts = excluded.qts, date = excluded.date, seq = excluded.seq,
       access = excluded.access
"""
PLACES = "SELECT box, pts, qts, date, seq, access FROM bot_places ORDER BY box"

#: The number of a sequence, its pts, qts, date and seq, and the access hash of its channel; in that
#: of the account (0) its number may stand there.
Place = tuple[int, int | None, int | None, int | None, int | None, int]
#: The fence of a machine that has its database for itself.
ALONE = 0


def keep(db: Database, places: Iterable[Place], *, fence: int, lineage: str) -> None:
    """Store these places; nothing when the lease with this fence is over, nor in another history of
    the database than that in which the updates were handled. Raises StoreError."""
    names = ("box", "pts", "qts", "date", "seq", "access")
    with db.write():
        if db.lineage() != lineage:
            return
        for place in places:
            db.send(KEEP, {**dict(zip(names, place, strict=True)), "fence": fence})


def stored(db: Database) -> list[Place]:
    """The places that were stored last."""
    return [
        (box, pts, qts, date, seq, access) for box, pts, qts, date, seq, access in db.all(PLACES)
    ]
