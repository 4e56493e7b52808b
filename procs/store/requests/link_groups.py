"""Links of one message: several requests that share one status message.

Each is a request like any other, with its own work, outcome and cancel. `speaker` names the first
of them, whose row keeps what the status message shows.
"""

from collections.abc import Iterable

from procs.core.clock import Now
from procs.store.database import Database
from procs.store.requests import withdrawal
from procs.store.requests.request_status import APART

#: Links for which one status message speaks: more lines and buttons than that nobody reads.
LINKS_TOGETHER = 20

JOIN = "UPDATE requests SET speaker = :speaker WHERE id = :request"
SPEAKER = "SELECT speaker FROM requests WHERE id = :request"
LISTED = "UPDATE requests SET listing = :message WHERE id = :request"
CHOOSING = """
SELECT id FROM requests WHERE speaker = :speaker AND state = 'choosing' ORDER BY id
"""
STATES = """
SELECT id, state FROM requests
 WHERE speaker = (SELECT o.speaker FROM requests o WHERE o.id = :request)
"""
PARTED = f"""
UPDATE requests SET state = 'cancelled', say = '{APART}', ended_at = :now
 WHERE id = :request AND state = 'choosing'
"""

cancel = withdrawal.cancel_group


def speaker(db: Database, request: int) -> int:
    """The request whose status message speaks for this one: itself, where it came alone."""
    row = db.one(SPEAKER, {"request": request})
    return int(row[0]) if row and row[0] is not None else request


def note_own_message(db: Database, request: int, *, message: int) -> None:
    """What was found behind a link of a group stands in a message of its own; 0 when Telegram did
    not take it."""
    with db.write(only=()):
        db.send(LISTED, {"request": request, "message": message})


def choosing(db: Database, speaker: int) -> list[int]:
    """The links of a group of which their person is asked what they want, in their order."""
    return [request for (request,) in db.all(CHOOSING, {"speaker": speaker})]


def states(db: Database, request: int) -> dict[int, str]:
    """The state of each link of the group that a request belongs to."""
    return dict(db.all(STATES, {"request": request}))


def part(db: Database, request: int, *, now: Now) -> bool:
    """Another message asks from now on what is wanted of a link of a group, inside a transaction.
    False when it is asked no more."""
    done = db.change(PARTED, {"request": request, "now": now.wall})
    withdrawal.reopen(db, request)
    return bool(done)


def join(db: Database, made: Iterable[tuple[tuple[int, int], int]]) -> None:
    """Have the first of several new requests of one message speak for those behind it, up to so
    many, inside the transaction that made them. `made` are (chat, message) and request, in the
    order of the links."""
    new: dict[tuple[int, int], list[int]] = {}
    for message, request in made:
        new.setdefault(message, []).append(request)
    for requests in new.values():
        for at in range(0, len(requests), LINKS_TOGETHER):
            members = requests[at : at + LINKS_TOGETHER]
            if len(members) > 1:
                facts = [{"request": one, "speaker": members[0]} for one in members]
                db.change_many(JOIN, facts)
