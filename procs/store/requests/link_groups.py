"""Links of one message: several requests that share one status message.

Each is a request like any other, with its own work, outcome and cancel. `speaker` names the first
of them, whose row keeps what the status message shows.
"""

from procs.store.database import Database
from procs.store.requests import withdrawal

SPEAKER = "SELECT speaker FROM requests WHERE id = :request"
LISTED = "UPDATE requests SET listing = :message WHERE id = :request"

cancel = withdrawal.cancel_group


def speaker(db: Database, request: int) -> int:
    """The request whose status message speaks for this one: itself, where it came alone."""
    row = db.one(SPEAKER, {"request": request})
    return int(row[0]) if row and row[0] is not None else request


def listed(db: Database, request: int, *, message: int) -> None:
    """What was found behind a link of a group stands in a message of its own; 0 when Telegram did
    not take it."""
    with db.write():
        db.change(LISTED, {"request": request, "message": message})
