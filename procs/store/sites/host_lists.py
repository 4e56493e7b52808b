"""Hosts that admins blocked, with their subdomains, and those that they allowed inside of blocked
ones. `*` stands for all hosts: with it blocked, only allowed ones are served."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from procs.core.clock import Now
from procs.store.database import Database

#: All hosts.
ALL = "*"

FIND = "SELECT host, allowed, reason, since, admin FROM host_lists WHERE host = :host"
LIST = "SELECT host, allowed, reason, since, admin FROM host_lists ORDER BY allowed, host"
ANY = "SELECT 1 FROM host_lists LIMIT 1"
WRITE = """
INSERT INTO host_lists (host, allowed, reason, since, admin)
VALUES (:host, :allowed, :reason, :now, :admin)
    ON CONFLICT (host) DO UPDATE
   SET allowed = excluded.allowed, reason = excluded.reason, since = excluded.since,
       admin = excluded.admin
"""
DROP = "DELETE FROM host_lists WHERE host = :host"


@dataclass(frozen=True, slots=True)
class HostRow:
    """A host and its subdomains: allowed or blocked, and the reason that people read."""

    host: str
    allowed: bool
    reason: str
    since: float
    admin: int


def names(host: str) -> Iterator[str]:
    """A host, the domains that it belongs to, and all of them: `a.b.c`, `b.c`, `c`, `*`."""
    rest = host.lower().rstrip(".")
    while rest:
        yield rest
        rest = rest.partition(".")[2]
    yield ALL


def deciding(db: Database, host: str) -> HostRow | None:
    """The row that decides about a host: the one of the longest name. None where there is none."""
    if not host or db.one(ANY) is None:
        return None
    rows = (db.one(FIND, {"host": name}) for name in names(host))
    return next((host_row(row) for row in rows if row), None)


def blocked(db: Database, host: str) -> HostRow | None:
    """The row that blocks a host; None where it is served."""
    found = deciding(db, host)
    return found if found and not found.allowed else None


def listed(db: Database) -> list[HostRow]:
    """The blocked ones first."""
    return [host_row(row) for row in db.all(LIST)]


def find(db: Database, host: str) -> HostRow | None:
    """The row of exactly this name."""
    row = db.one(FIND, {"host": host})
    return host_row(row) if row else None


def put(db: Database, host: str, *, allowed: bool, reason: str, admin: int, now: Now) -> None:
    """From now on this host, with its subdomains, is allowed or blocked."""
    facts = {"host": host, "allowed": int(allowed), "reason": reason, "admin": admin}
    with db.write(full=True):
        db.change(WRITE, {**facts, "now": now.wall})


def drop(db: Database, host: str) -> bool:
    """False where it was on no list."""
    with db.write(full=True):
        return db.change(DROP, {"host": host}) > 0


def host_row(row: tuple[str, int, str, float, int]) -> HostRow:
    """A host from its row."""
    return HostRow(row[0], bool(row[1]), *row[2:])


def host_of(url: str) -> str:
    """The host of a link; "" for what is none, such as a search."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
