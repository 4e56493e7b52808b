"""Which mode holds: the one that an admin set, until its end; else the one that the system went
into; else the normal one. A row is read at each use, so a change holds everywhere at once."""

from dataclasses import dataclass
from enum import StrEnum

from procs.core import durations
from procs.core.clock import Now
from procs.store.database import Database


class Mode(StrEnum):
    """What is still done. The words are stored, and written behind commands.

    `light`: films up to 720p. `sound`: no films. `kept`: only what Telegram holds already.
    `members`: all, for members and admins alone. `closed`: nothing, but for admins.
    """

    NORMAL = "normal"
    LIGHT = "light"
    SOUND = "sound"
    KEPT = "kept"
    MEMBERS = "members"
    CLOSED = "closed"


#: The modes in which less comes than was asked for.
LESSER = frozenset({Mode.LIGHT, Mode.SOUND})
#: The modes that the system itself goes into, the mildest first.
BY_ITSELF = (Mode.LIGHT, Mode.SOUND, Mode.KEPT)

#: Letters of a reason that people read.
REASON_LENGTH = 200
#: Who set a mode.
BY_HAND, BY_SYSTEM = "hand", "system"

READ = "SELECT origin, mode, since, until, admin, why FROM modes ORDER BY origin"
WRITE = """
INSERT INTO modes (origin, mode, since, until, admin, why)
VALUES (:origin, :mode, :now, :until, :admin, :why)
    ON CONFLICT (origin) DO UPDATE
   SET mode = excluded.mode, since = excluded.since, until = excluded.until,
       admin = excluded.admin, why = excluded.why
"""
DROP = "DELETE FROM modes WHERE origin = :origin"


@dataclass(frozen=True, slots=True)
class ModeRow:
    """A mode, who set it (`admin` 0: the sysadmin at a terminal, or the system), since and until
    when (wall instants; None: no end), and why, in the rule's or the admin's words."""

    mode: Mode = Mode.NORMAL
    origin: str = ""
    since: float = 0.0
    until: float | None = None
    admin: int = 0
    why: str = ""

    @property
    def said(self) -> str:
        """The reason that people read: the admin's words. A rule's name is none."""
        return self.why if self.origin == BY_HAND else ""


NORMALLY = ModeRow()


def all_set(db: Database, *, now: Now) -> dict[str, ModeRow]:
    """The modes that were set and are not over, by who set them."""
    found = {}
    for origin, mode, since, until, admin, why in db.all(READ):
        if until is None or until > now.wall:
            found[origin] = ModeRow(Mode(mode), origin, since, until, admin, why)
    return found


def current(db: Database, *, now: Now) -> ModeRow:
    """The mode that holds. An admin's word goes before the system's, also where it is `normal`."""
    found = all_set(db, now=now)
    return found.get(BY_HAND) or found.get(BY_SYSTEM) or NORMALLY


def set_by_hand(
    db: Database, mode: Mode, *, until: float | None, admin: int, why: str = "", now: Now
) -> None:
    """Set the mode in an admin's name until a wall instant (None: until it is set again), on the
    disk before it returns."""
    facts = {"origin": BY_HAND, "mode": mode.value, "until": until, "admin": admin, "why": why}
    with db.write(full=True):
        db.change(WRITE, {**facts, "now": now.wall})


def leave_to_system(db: Database) -> bool:
    """An admin's word is over. False where there was none."""
    with db.write(full=True):
        return db.change(DROP, {"origin": BY_HAND}) > 0


def set_by_system(db: Database, mode: Mode, *, why: str, now: Now) -> bool:
    """The mode that the system goes into by its rules. False where it is in it already."""
    if is_set_by_system(db, mode, why):
        return False
    with db.write(full=True):
        if is_set_by_system(db, mode, why):
            return False
        row = next((one for one in db.all(READ) if one[0] == BY_SYSTEM), None)
        was = row[1] if row else Mode.NORMAL.value
        if mode is Mode.NORMAL:
            db.change(DROP, {"origin": BY_SYSTEM})
        else:
            facts = {"origin": BY_SYSTEM, "mode": mode.value, "until": None, "admin": 0}
            db.change(WRITE, {**facts, "why": why, "now": now.wall})
    return was != mode.value


def is_set_by_system(db: Database, mode: Mode, why: str) -> bool:
    """Whether the system is in this mode by its rules, and for this reason."""
    row = next((one for one in db.all(READ) if one[0] == BY_SYSTEM), None)
    was = row[1] if row else Mode.NORMAL.value
    return bool(was == mode.value and (row is None or row[5] == why))


def span_and_reason(text: str) -> tuple[float, str]:
    """What stands behind a mode, `2h we move to another server`: seconds (0: no end) and a reason.
    Raises ValueError for what begins with a number and is no span of time."""
    first, _, rest = text.strip().partition(" ")
    if not first[:1].isdigit():
        return 0.0, text.strip()[:REASON_LENGTH]
    seconds = durations.read(first)
    if not seconds:
        raise ValueError(f"{first!r} is no span of time")
    return seconds, rest.strip()[:REASON_LENGTH]
