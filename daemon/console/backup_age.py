"""How old the newest verified backup is, as `chapar status` says it."""

from procs.backups import backup_store
from procs.config import Settings
from procs.core import clock
from procs.texts import i18n


def line(settings: Settings) -> str:
    """How old the newest verified backup is."""
    if machine := backup_store.elsewhere(settings):
        return f"backup: {machine} takes them"
    try:
        newest = backup_store.newest_ok(settings.backup_folder)
    except OSError as error:
        return f"BACKUPS OUT OF REACH: {settings.backup_folder}: {error.strerror}"
    if newest is None:
        return "backup: none yet" if settings.backup_interval else "backup: none; by schedule: off"
    age = i18n.span("en", max(0.0, clock.now().wall - newest.taken_at))
    return f"backup {age} ago, verified"
