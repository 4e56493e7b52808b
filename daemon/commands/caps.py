"""`chapar cap`: how many downloads one person may have at once, changed while the system runs."""

import re
from collections.abc import Sequence

from daemon.command_error import Refusal
from daemon.commands.admins import terminal_acts
from daemon.console.output import count, table
from procs.core import clock
from procs.records.job import Lane
from procs.store import wake
from procs.store.admins import audit_log
from procs.store.database import Database
from procs.store.health import runtime_settings
from procs.store.jobs import seats
from procs.store.people import users

#: The word that gives a user the usual cap again.
USUAL = "default"
NUMBER = re.compile(r"[0-9]{1,18}")


def cap_of(word: str) -> int | None:
    """A cap as it is written; None for `default`. Raises Refusal."""
    if word == USUAL:
        return None
    if word.isascii() and word.isdigit() and 1 <= int(word) <= 1000:
        return int(word)
    raise Refusal(f"{word!r} is not a cap: write 1 to 1000, or {USUAL} (chapar pause stops a user)")


def listed(db: Database) -> list[str]:
    """The cap of everybody and where it came from, and a line for each user with one of their
    own."""
    own = users.with_cap(db)
    word = runtime_settings.read(db, seats.CAP_SETTING, "")
    configured = str(runtime_settings.effective(db, runtime_settings.CONFIGURED_CAP))
    usual = (word, "chapar cap --all") if word else (configured, "CHAPAR_MAX_DOWNLOADS_PER_USER")
    rows = [("everybody", *usual), *((str(one.id), str(one.cap), one.name) for one in own)]
    return [*table(("user", "cap", ""), rows, right="cap"), "", f"{count(len(own), 'own cap')}"]


def change(db: Database, words: Sequence[str], *, everybody: str | None) -> str:
    """Do what `cap USER N|default` or `cap --all N` says. Raises Refusal for anything else."""
    if everybody is not None and not words:
        return of_all(db, everybody)
    if everybody is None and len(words) == 2 and NUMBER.fullmatch(words[0]):
        return of_user(db, int(words[0]), words[1])
    raise Refusal(
        "write: chapar cap USER N, chapar cap USER default, or chapar cap --all N; "
        "chapar cap alone lists them"
    )


def of_user(db: Database, user: int, word: str) -> str:
    """Give one user a cap of their own, or the usual one again. Raises Refusal for somebody who
    never wrote: there is nobody to keep it for."""
    cap = cap_of(word)
    if not users.is_known(db, user):
        raise Refusal(f"no user {user} ever wrote to the bot")
    with db.write(full=True):
        was = next((str(one.cap) for one in users.with_cap(db) if one.id == user), "usual")
        queued = seats.set_cap(db, user, cap, now=clock.now())
        subject, became = audit_log.person(user), f"cap {cap or 'usual'}"
        terminal_acts.note(db, "person-cap", subject, f"cap {was}", became)
    return effect(db, f"user {user}", seats.cap(db, user, Lane.HEAVY), queued)


def of_all(db: Database, word: str) -> str:
    """Set the cap of everybody who has none of their own."""
    cap = cap_of(word)
    if cap is None:
        raise Refusal("write a number; the default itself is CHAPAR_MAX_DOWNLOADS_PER_USER")
    with db.write(full=True):
        was = runtime_settings.read(db, seats.CAP_SETTING, "usual")
        queued = seats.set_cap_of_all(db, cap, now=clock.now())
        terminal_acts.note(db, "cap-all", "cap:everybody", f"cap {was}", f"cap {cap}")
    return effect(db, "everybody", cap, queued)


def effect(db: Database, who: str, cap: int, queued: int) -> str:
    """Wake the workers for jobs that may start now, and report the change."""
    wake.notify_idle(db.run, queued)
    started = f"; {count(queued, 'waiting job')} may start now" if queued else ""
    return f"{who}: {count(cap, 'download')} at once{started}"
