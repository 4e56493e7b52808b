"""Jobs of kinds that only a newer version knows: left for its workers, and no hindrance to us."""

from procs.records.job import Kind, Lane
from procs.records.job_payload import LinkPayload
from procs.store.health import workers
from procs.store.jobs import claimable, leases, seats

NEWER = "UPDATE jobs SET kind = 'hologram' WHERE id = :job"


def add(db, clock, user):
    with db.write():
        new = seats.NewJob(user, Lane.HEAVY, Kind.FETCH, LinkPayload())
        return seats.add(db, new, now=clock.now())


def newer(db, clock, user):
    job = add(db, clock, user)
    with db.write():
        db.change(NEWER, {"job": job})
    return job


def test_a_job_of_an_unknown_kind_is_left_and_those_behind_it_are_claimed(db, clock):
    newer(db, clock, 7)
    mine = add(db, clock, 8)
    worker = workers.enter(db, "w00-1", now=clock.now())
    found = leases.claim(db, worker=worker, lane=Lane.HEAVY, room=2, now=clock.now())
    assert [lease.job for lease in found] == [mine]


def test_there_is_nothing_to_claim_where_only_unknown_jobs_wait(db, clock):
    newer(db, clock, 7)
    assert claimable.look(db).ready == ()
    assert not claimable.ready(db, Lane.HEAVY)


def test_what_waits_for_a_newer_version_is_counted_by_its_kind(db, clock):
    newer(db, clock, 7)
    newer(db, clock, 8)
    add(db, clock, 9)
    assert claimable.unknown(db) == {"hologram": 2}
