"""The start of a process of ours: closed to others, bound to its parent, with its settings, its log
and its database; then its own work until that is over.
"""

import signal
import sys
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from procs import config
from procs.config import Settings, live_settings
from procs.config.settings import live_texts
from procs.core import clock, log, process
from procs.core.files import boot_identity
from procs.core.machine import machine_name
from procs.core.memory import unused_heap
from procs.errors import StoreAway, StoreError
from procs.store import server_absence, wake
from procs.store.database import Database, open_database, require_started
from procs.store.health import runtime_settings
from procs.store.jobs import seats
from procs.store.machines import database_clock

#: What a process does with its settings, as admins change them, and its database; the
#: result is its exit code.
Work = Callable[[Settings, Database], Coroutine[Any, Any, int]]


def run(name: str, work: Work, *, need_telegram: bool = False) -> int:
    """Be the process of this name. Returns its exit code: 1 with a sentence on standard error when
    its settings or its database cannot be used. The database is closed at the end."""
    # Here, because `chapar up` and the listener of deaths open the database too and need no loop.
    import uvloop

    process.keep_private()
    process.end_with_parent(signal.SIGTERM)
    try:
        settings = config.load(need_telegram=need_telegram)
        log.start(settings.log_level, settings.log_form)
        db = open_when_there(name, settings)
    except (config.BadSettings, StoreError) as error:
        print(f"chapar {name} cannot start: {error}", file=sys.stderr)
        return 1
    try:
        db.serve_a_loop()
        live = live_settings.live(settings, partial(runtime_settings.found, db), live_texts())
        return int(uvloop.run(lean(work(live, db))))
    finally:
        db.close()


async def lean(work: Coroutine[Any, Any, Any]) -> Any:
    """The result of `work`; meanwhile memory that is not used goes back to the machine."""
    unused_heap.give_back_now_and_then()
    return await work


def open_when_there(name: str, settings: Settings) -> Database:
    """The same as `open_store`, once the server of the database is there: whoever ended for it
    would be started again and again, and in the end left dead."""
    absence = server_absence.ServerAbsence(name)
    while True:
        try:
            db = open_store(settings)
        except StoreAway as error:
            absence.note(error)
            time.sleep(server_absence.ABSENCE_PAUSE)
        else:
            absence.end()
            return db


def open_store(settings: Settings) -> Database:
    """The database, in which all processes find what these settings say of seats and rooms: no
    process can go by others than its neighbours. Raises NewerDatabase, StoreError."""
    require_started(settings.database_url, run=settings.run)
    db = open_database(settings.database_url, run=settings.run)
    try:
        go_by(settings, db)
        cap, rooms = settings.max_downloads_per_user, settings.max_concurrent_downloads
        queued = seats.configure(db, cap=cap, rooms=rooms, now=clock.now())
    except BaseException:
        db.close()
        raise
    if queued:
        wake.notify_idle(settings.run, count=queued)
    return db


def go_by(settings: Settings, db: Database) -> None:
    """Let this process go by the boot of its supervisord, and by the name of its machine and the
    clock of its database, where machines share one. Raises StoreError."""
    boot_identity.follow(settings.run)
    machine_name.give(settings.shared_name)
    database_clock.follow(db)
