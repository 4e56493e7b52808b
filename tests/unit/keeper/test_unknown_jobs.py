"""The keeper tells of jobs that only a newer version can carry: once for each kind."""

import logging

from procs.core import clock
from procs.keeper.schedule import Keeper
from procs.records.job import Kind, Lane
from procs.records.job_payload import LinkPayload
from procs.store.health import counters
from procs.store.jobs import seats


def test_an_unknown_kind_is_counted_and_logged_once(db, settings, caplog):
    caplog.set_level(logging.WARNING)
    with db.write():
        seats.add(db, seats.NewJob(7, Lane.HEAVY, Kind.FETCH, LinkPayload()), now=clock.now())
        db.change("UPDATE jobs SET kind = 'hologram'", {})
    keeper = Keeper(db, settings)
    keeper.note_unknown()
    keeper.note_unknown()
    assert counters.read(db)["jobs.unknown.hologram"] == 1
    assert len([one for one in caplog.records if "jobs.unknown" in one.message]) == 1
