"""Which jobs keep their files on this disk: a column, filled for the jobs of older versions."""

from dataclasses import replace

import pytest

from procs.records.job import Ask, Lane
from procs.store.jobs import leases
from procs.store.requests import requests
from procs.store.sqlite.migrate import statements
from procs.store.sqlite.schema_updates import JOB_FOLDERS
from tests.contract.conftest import Desk

pytestmark = pytest.mark.sqlite

FORGET = "UPDATE jobs SET folder = 0"
READ = "SELECT id, folder FROM jobs ORDER BY id"


def fill(desk: Desk) -> dict[int, int]:
    """What the migration makes of jobs that do not have the column yet."""
    _, update = statements(JOB_FOLDERS)
    with desk.db.write():
        desk.db.change(FORGET)
        desk.db.change(update)
    return dict(desk.db.all(READ))


def test_the_jobs_of_an_older_version_are_told_apart_as_new_ones_are(desk: Desk) -> None:
    link = desk.link("film")
    tricky = ['a"folder":5', 'a","folder":0', '"folder":', "folder:7", 'x\\"folder":3']
    asks = [
        Ask(7, 7, n, 0, replace(link, url=f"https://site.example/{name}", key=f"{folder}:{name}"))
        for folder in (False, True)
        for n, name in enumerate(tricky, 10 * folder)
    ]
    asks = [replace(ask, folder=ask.message >= 10) for ask in asks]
    requests.submit(desk.db, asks, now=desk.clock.now())

    filled = fill(desk)

    assert list(filled.values()) == [0] * len(tricky) + [1] * len(tricky)


def test_a_slot_that_may_not_sign_in_claims_what_an_older_version_left_in_folders(
    desk: Desk,
) -> None:
    ask = Ask(7, 7, 1, 0, desk.link("film"), folder=True)
    (done,) = requests.submit(desk.db, [ask], now=desk.clock.now())
    fill(desk)

    claimed = leases.claim(
        desk.db, worker=1, lane=Lane.HEAVY, room=2, local=True, now=desk.clock.now()
    )

    assert [lease.job for lease in claimed] == [done.job]
