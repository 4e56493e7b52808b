"""What is set in one process holds in all others within a second: in fact from the commit on, since
every use reads the row anew. The instants are those of the machine's own clock."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe

import pytest

from procs.core import clock
from procs.store.database import Database
from procs.store.people import preferences
from tests.contract.place import Place

ANN, CLUB = 5, -100
FORK = multiprocessing.get_context("fork")
#: The most seconds that the change may take to hold elsewhere.
HOLDS_WITHIN = 1.0
Value = Callable[[Database], bool]


def tidies(db: Database) -> bool:
    return preferences.read(db, ANN).tidy


def quiet(db: Database) -> bool:
    return preferences.read_group(db, CLUB).quiet


def reads_on(place: Place, value: Value, pipe: Pipe) -> None:
    """Another process: it uses the setting again and again, and tells when it used the old one last
    and the new one first, by the instants at which it began to read."""
    db, old = place.open(), 0.0
    pipe.send("ready") if not value(db) else None
    while True:
        began = clock.now().boot
        if value(db):
            return pipe.send((old, began))
        old = began


@pytest.mark.parametrize(
    ("value", "change", "whose", "name"),
    [
        (tidies, preferences.change, ANN, "tidy"),
        (quiet, preferences.change_group, CLUB, "quiet"),
    ],
)
def test_a_setting_holds_in_every_other_process_within_a_second(
    db: Database, place: Place, value: Value, change: Callable[..., object], whose: int, name: str
) -> None:
    pipes = []
    for _ in range(3):
        mine, theirs = FORK.Pipe()
        FORK.Process(target=reads_on, args=(place, value, theirs), daemon=True).start()
        pipes.append(mine)
    assert [pipe.recv() for pipe in pipes] == ["ready"] * 3
    change(db, whose, name, True, now=clock.now())
    committed = clock.now().boot
    told = [pipe.recv() for pipe in pipes]
    late = max(old - committed for old, _ in told)
    assert late < HOLDS_WITHIN
    assert late <= 0, "no read that began after the commit had the old value"
