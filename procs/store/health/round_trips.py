"""The bot's latest round trip to Telegram, as a row: when, on the boot clock, and its result."""

from procs.core.clock import Now, base
from procs.store.database import Database
from procs.store.health import runtime_settings

TRIP = "telegram.round-trip"
ANSWERED, AWAY = "answered", "away"


def note(db: Database, result: str, *, now: Now, quiet: bool = True) -> None:
    """Write down that a round trip ended: with an answer, or with the word that there is no way.
    One that ended as the one before is `quiet`, as of `Database.write`. It means nothing after a
    power cut, so nobody waits for the disk. Raises StoreError."""
    trip = f"{base()} {now.boot:.1f} {result}"
    runtime_settings.write(db, TRIP, trip, now=now, full=False, quiet=quiet)


def latest(db: Database) -> float | None:
    """When the latest one ended, on this boot's clock; None where there was none."""
    boot, at, _ = read(db)
    return float(at) if boot == base() else None


def is_away(db: Database) -> bool:
    """Whether the latest one found no way."""
    return read(db)[2] == AWAY


def read(db: Database) -> tuple[str, str, str]:
    """Boot id, instant and result of the latest round trip, as texts; an empty id before the
    first."""
    words = runtime_settings.read(db, TRIP, "").split()
    return (words[0], words[1], words[2]) if len(words) == 3 else ("", "0", "")
