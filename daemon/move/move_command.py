"""`chapar move`: a copy while everything runs, a pause for the rest, a comparison, and the switch,
which is one line of the file of settings. Until then the database before is in charge."""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from daemon.command_error import Refusal
from daemon.commands.restart import alone
from daemon.console import open_store
from daemon.console.open_store import MOVE_RECORD, SWITCHED
from daemon.install import settings_file
from daemon.move import move_checks, process_pause
from daemon.move.move_checks import DATABASE, require_goal, settings_place
from daemon.move.process_pause import paused
from procs import start
from procs.config import Settings
from procs.core import clock, log
from procs.errors import ChaparError, StoreAway
from procs.store.database import Database
from procs.store.machines import machine_rows
from procs.store.move import change_notes, figures, move_estimate, store_move
from procs.store.move.store_move import StoreMove

Say = Callable[[str], None]
#: How often both are compared where commands write meanwhile.
COMPARISONS = 5


@dataclass(frozen=True, slots=True)
class MovePlan:
    """What a move would do: rows by table, seconds while everything runs and while it pauses, and
    the room that the new database needs, in MiB. `to` is shown without its password."""

    to: str
    tables: dict[str, int]
    rows: int
    counted_in: float
    copy_seconds: float
    pause_seconds: float
    mebibytes: int


def move(settings: Settings, to: str, say: Say) -> None:
    """Move to the database of another address. Raises Refusal, StoreError: then the one before is
    in charge, and the same command goes on."""
    path, after = settings_place(), require_goal(settings, to)
    old, to = settings.database_url, after.database_url
    scratch = settings.home / "moving"
    left = figures_left(settings, to)
    move_checks.require_free(settings, after, left)
    with (
        alone(settings.run),
        store_move.opened(old, to, run=settings.run, scratch=scratch, left=left) as work,
    ):
        refuse_others(settings, work.old)
        move_checks.require_room(work.old, after)
        process_pause.resume(settings.run)  # what a pause before this one left stopped
        with noting(work, say):
            work.copy(say)
            work.catch_up(say)
            with paused(settings, say):
                refuse_others(settings, work.old)
                late = switch(settings, work, path, to, say)
        say(f"switched: {DATABASE}={log.mask(to)} in {path}")
    if late:
        say(f"a command wrote after that, into the database before ({', '.join(late)}): repeat it")
    say(f"undo, until somebody says a word to the bot: chapar move --undo; {log.mask(old)} stays")


@contextmanager
def noting(work: StoreMove, say: Say) -> Iterator[None]:
    """Whatever ends this before the switch, it is said that the old database goes on noting what
    changes in it."""
    try:
        yield
    except BaseException:
        with suppress(ChaparError):
            if change_notes.noted(work.old, work.old_url) is not None:
                say(
                    "each change in the database before is noted on, until the same command has "
                    "gone on to its end, or chapar move --cancel gives it up"
                )
        raise


def switch(settings: Settings, work: StoreMove, path: Path, to: str, say: Say) -> list[str]:
    """Compare, and let the new database take the place of the old one while nobody can write into
    that; what a command wrote during the comparison is brought after, and compared again. Returns
    the tables in which one that waited for that wrote. Raises Refusal."""
    for _ in range(COMPARISONS):
        if wrong := work.end(say):
            raise Refusal(f"not switched, {len(wrong)} differences: {'; '.join(wrong[:5])}")
        if (last := switch_if_whole(settings, work, path, to)) is not None:
            return work.forget(last)
        say("a command changed something meanwhile; that is brought after")
    raise Refusal(
        "not switched: commands changed something during each comparison; run none meanwhile"
    )


def switch_if_whole(settings: Settings, work: StoreMove, path: Path, to: str) -> int | None:
    """The switch, with the gate of the old database closed. Returns the last note that is in the
    new one; None where more was noted than that."""
    known = figures.of_people(work.old)
    record: dict[str, object] = {"from": settings.database_url, "to": to, "figures": known}
    last = None
    try:
        with work.old.write():
            if not work.has_all():
                return None
            noted = change_notes.latest(work.old)
            write_record(settings, record)
            work.hand_over()
            settings_file.write(path, {DATABASE: to})  # the switch
            last = noted
            write_record(settings, {**record, SWITCHED: True})
    except StoreAway:  # a server ends who stands still in its transaction: a disk was slow
        if last is None:
            raise
    return last


def figures_left(settings: Settings, to: str) -> object:
    """The figures with which the last move between the same two was to be switched; None for
    none."""
    try:
        record = read_record(settings)
    except Refusal:
        return None
    is_same = (record.get("from"), record.get("to")) == (settings.database_url, to)
    return record.get("figures") if is_same else None


def refuse_others(settings: Settings, db: Database) -> None:
    """Raises Refusal while another machine works with the database: it would go on with the one
    before, and what it wrote since would be missing in the other."""
    start.go_by(settings, db)
    now = clock.now()
    there = [
        f"{one.name} (heard {now.boot - one.beat_at:.0f} s ago)"
        for one in machine_rows.listed(db)
        if one.name != settings.machine and one.is_there(now)
    ]
    if settings.has_server and there:
        raise Refusal(
            f"other machines use this database: {', '.join(there)}; run chapar stop on each first"
        )


def try_out(settings: Settings, to: str) -> MovePlan:
    """What a move would do; nothing is changed. Raises Refusal, StoreError."""
    settings_place()
    after = require_goal(settings, to)
    move_checks.require_free(settings, after, figures_left(settings, after.database_url))
    with open_store.opened(settings) as db:
        refuse_others(settings, db)
        move_checks.require_room(db, after)
        began = time.monotonic()
        counts = move_estimate.counts(db)
        return MovePlan(
            to=log.mask(after.database_url),
            tables={table: count for table, count in counts.items() if count},
            rows=sum(counts.values()),
            counted_in=time.monotonic() - began,
            copy_seconds=move_estimate.seconds(db, counts),
            pause_seconds=move_estimate.pause(counts),
            mebibytes=move_estimate.size(counts),
        )


def spoken(plan: MovePlan) -> Iterator[str]:
    """A plan in words, the largest table first."""
    for table, count in sorted(plan.tables.items(), key=lambda one: -one[1]):
        yield f"{table}: {count} rows"
    yield f"{plan.rows} rows, counted in {plan.counted_in:.1f} s"
    yield f"to {plan.to}: about {plan.copy_seconds:.0f} s while everything runs,"
    yield f"then a pause of about {plan.pause_seconds:.0f} s"
    yield f"free space there: {plan.mebibytes} MiB"


def undo(settings: Settings, say: Say) -> None:
    """Go back to the database before the last move. Raises Refusal once somebody asked for
    something, or got it, in the new one: before anybody is stopped, where that is known."""
    record = read_record(settings)
    path = settings_place()
    if record.get("to") != settings.database_url:
        raise Refusal("there is no move to be undone: this database is not where the last one led")
    old = move_checks.require_back(settings, str(record["from"])).database_url
    with alone(settings.run):
        with suppress(ChaparError):
            process_pause.resume(settings.run)  # what a pause before this one left stopped
        with unused(settings, record):
            pass
        with paused(settings, say), unused(settings, record):
            store_move.forget_at(old, run=settings.run)  # of a move that was killed at its end
            write_record(settings, {**record, SWITCHED: False})
            settings_file.write(path, {DATABASE: old})
            say(f"back: {DATABASE}={log.mask(old)} in {path}")
        (settings.home / MOVE_RECORD).unlink(missing_ok=True)


@contextmanager
def unused(settings: Settings, record: Mapping[str, object]) -> Iterator[None]:
    """Nobody used the new database, nor writes into it meanwhile. Raises Refusal where somebody
    did, and where nobody can see that."""
    old, is_seen = log.mask(str(record["from"])), False
    try:
        with open_store.opened(settings) as db:
            refuse_others(settings, db)
            with db.write():
                if figures.of_people(db) != record["figures"]:
                    raise Refusal(
                        "people used the new database, and an undo would lose that; go back with "
                        "it: chapar move --to, and a new file or an empty database"
                    )
                is_seen = True
                yield
    except StoreAway as error:
        if is_seen:
            raise
        raise Refusal(
            f"{error}; so nobody can see whether people used it. To go back without what came "
            f"since: chapar stop, let {DATABASE} name {old}, delete "
            f"{settings.home / MOVE_RECORD}, chapar up"
        ) from error


def cancel(settings: Settings, say: Say) -> None:
    """Give up a move that has not ended: the database notes no more what changes."""
    with alone(settings.run), open_store.opened(settings) as db:
        store_move.forget(db, settings.database_url)
    say("nothing is noted any more; what was copied may be deleted")


def write_record(settings: Settings, record: dict[str, object]) -> None:
    """Write down how far the move is, whole."""
    fresh = settings.home / f".{MOVE_RECORD}.new"
    fresh.write_text(json.dumps(record), encoding="utf-8")
    os.replace(fresh, settings.home / MOVE_RECORD)


def read_record(settings: Settings) -> dict[str, object]:
    """Raises Refusal when no move was made."""
    try:
        found = json.loads((settings.home / MOVE_RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Refusal("there is no move to be undone") from None
    return dict(found)
