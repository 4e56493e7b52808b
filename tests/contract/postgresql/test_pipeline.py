"""What goes to a server in one message: how many there are, and what becomes of one that fails or
is cut off."""

import signal
from pathlib import Path

import psycopg
import pytest

from procs.errors import LeaseLost, StoreFull
from procs.records.job import Lane, Lease, State
from procs.store.database import Database
from procs.store.jobs import leases
from tests.contract.conftest import Desk
from tests.contract.place import Place
from tests.contract.postgresql.cutting_proxy import AFTER, BEFORE, SYNC, CuttingProxy
from tests.contract.postgresql.test_server_faults import ANSWERS, PUT, SCOPES, ask, end_connections

pytestmark = pytest.mark.postgresql
LONG = "x" * 100_000


def end_and_claim(desk: Desk, db: Database, lease: Lease) -> list[Lease]:
    """As `GroupCommit`, of one."""
    facts = {"worker": lease.worker, "lane": Lane.HEAVY, "room": 1, "now": desk.clock.now()}
    with db.write(full=True, only=leases.names(lease, Lane.HEAVY, leases.ENDLESS)):
        leases.finish(db, lease, now=desk.clock.now())
        found = leases.claiming(db, **facts)
    return found()


def test_an_end_with_the_next_claim_is_one_round_trip(
    desk: Desk, cut_db: Database, proxy: CuttingProxy
) -> None:
    desk.asks(1, "a", "b", "c")
    (lease,) = desk.claim(desk.worker())
    trips = proxy.trips
    (found,) = end_and_claim(desk, cut_db, lease)

    assert (found.user, found.fence) == (1, 1)
    assert proxy.trips - trips == 1
    with pytest.raises(LeaseLost):
        end_and_claim(desk, cut_db, lease)


def test_an_end_with_the_next_claim_that_never_arrived_is_done_again(
    desk: Desk, cut_db: Database, proxy: CuttingProxy
) -> None:
    desk.asks(1, "a", "b", "c")
    (lease,) = desk.claim(desk.worker())
    proxy.cut, proxy.mark = BEFORE, SYNC
    (found,) = end_and_claim(desk, cut_db, lease)

    assert proxy.cuts == 1
    assert states(cut_db, lease, found) == [State.DONE, State.LEASED]


def test_an_end_whose_answer_never_came_is_refused_by_its_fence_and_was_one(
    desk: Desk, cut_db: Database, proxy: CuttingProxy
) -> None:
    """What it claimed beside is given back by the next heartbeat, which finds it unknown."""
    desk.asks(1, "a", "b", "c")
    (lease,) = desk.claim(desk.worker())
    proxy.cut, proxy.mark = AFTER, SYNC
    with pytest.raises(LeaseLost):
        end_and_claim(desk, cut_db, lease)

    (other,) = leases.renew(cut_db, worker=lease.worker, now=desk.clock.now())
    assert states(cut_db, lease, other) == [State.DONE, State.LEASED]


def states(db: Database, *some: Lease | leases.RenewedLease) -> list[State]:
    rows = [db.one("SELECT state FROM jobs WHERE id = :job", {"job": one.job}) for one in some]
    return [State(row[0]) for row in rows if row]


def test_a_claim_of_which_a_row_cannot_be_read_fails_who_asks_and_not_its_transaction(
    db: Database,
) -> None:
    with db.write(full=True, only=("user 1",)):
        db.change(PUT, {"scope": "a"})
        found = db.take("", len, "SELECT 0", {}, lambda rows: 1 // rows[0][0])

    with pytest.raises(ZeroDivisionError):
        found()
    assert [*map(tuple, db.all(SCOPES))] == [("a",)]


def test_claims_are_in_the_order_of_the_line_with_their_places(
    desk: Desk, cut_db: Database
) -> None:
    for user in (3, 1, 2):
        desk.asks(user, "a" * user)
        desk.clock.skip(1)
    found = leases.claim(
        cut_db, worker=desk.worker(), lane=Lane.HEAVY, room=8, now=desk.clock.now()
    )

    assert [one.user for one in found] == [3, 1, 2]
    assert [one.place for one in found] == sorted({one.place for one in found})
    assert found[0].place < desk.clock.now().wall
    assert {one.worker for one in found} == {found[0].worker}


def test_a_transaction_in_which_nothing_is_asked_and_sent_is_none(
    cut_db: Database, proxy: CuttingProxy
) -> None:
    trips = proxy.trips
    with cut_db.write(full=True):
        pass

    assert proxy.trips == trips


def test_what_was_sent_is_done_before_what_is_asked_and_before_the_commit(db: Database) -> None:
    with db.write():
        db.send(PUT, {"scope": "a"})
        assert db.all(SCOPES) == [("a",)]
        db.send(PUT, {"scope": "b"})

    assert db.all(SCOPES) == [("a",), ("b",)]


def test_a_lost_lease_undoes_what_was_sent_behind_it(desk: Desk, db: Database) -> None:
    desk.asks(1, "a", "b", "c", "d")
    (lease,) = desk.claim(desk.worker())
    leases.finish(db, lease, now=desk.clock.now())
    before = db.all("SELECT id, state, seat, fence FROM jobs ORDER BY id")

    with pytest.raises(LeaseLost):
        leases.finish(db, lease, now=desk.clock.now())

    assert db.all("SELECT id, state, seat, fence FROM jobs ORDER BY id") == before


@pytest.mark.parametrize("full", [False, True])
def test_what_fails_with_the_commit_is_told_as_if_it_had_been_asked(
    db: Database, place: Place, full: bool
) -> None:
    def send_two() -> None:
        with db.write(full=full):
            db.all(SCOPES)
            db.send(PUT, {"scope": "a"})
            db.send(PUT, {"scope": "b"})

    ask(ANSWERS.format(code="53100"), place)
    with pytest.raises(StoreFull):
        send_two()
    ask("DROP TRIGGER answers ON waits", place)
    send_two()
    with pytest.raises(psycopg.errors.UniqueViolation):
        send_two()

    assert db.all(SCOPES) == [("a",), ("b",)]


def test_what_is_sent_over_a_connection_that_ended_is_done_over_a_new_one(
    db: Database, place: Place
) -> None:
    for scope in ("a", "b"):
        end_connections(place)
        with db.write():
            db.send(PUT, {"scope": scope})

    with db.write(full=True):
        db.send(PUT, {"scope": "c"})
        db.all(SCOPES)
        end_connections(place)
        db.send(PUT, {"scope": "d"})

    assert db.all(SCOPES) == [("a",), ("b",), ("c",), ("d",)]


def test_what_was_sent_with_a_commit_without_an_answer_is_done_once(
    cut_db: Database, proxy: CuttingProxy
) -> None:
    with cut_db.write(full=True):
        cut_db.all(SCOPES)
        cut_db.send(PUT, {"scope": "a"})
        proxy.cut = AFTER

    assert proxy.cuts == 1
    assert cut_db.all(SCOPES) == [("a",)]


def test_more_than_a_socket_holds_is_sent_while_answers_are_read(db: Database) -> None:
    with db.write():
        db.change_many(PUT, [{"scope": f"{n}-{LONG}"} for n in range(200)])
        for n in range(200, 400):
            db.send(PUT, {"scope": f"{n}-{LONG}"})

    assert len(db.all(SCOPES)) == 400


def test_an_interrupted_wait_leaves_no_answer_for_the_next_statement(db: Database) -> None:
    """As Ctrl-C in a command: what was asked is never taken for the answer of another statement."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            db.all("SELECT CAST(PG_SLEEP(5) AS TEXT), 7")
    finally:
        signal.signal(signal.SIGALRM, before)

    assert db.one("SELECT 8") == (8,)


def test_a_session_keeps_the_memory_that_its_next_transaction_takes(
    desk: Desk, db: Database
) -> None:
    """The server's malloc gave it back each time: a page fault is a page that came anew."""
    backend = db.session.info.backend_pid  # type: ignore[attr-defined]
    worker = desk.worker()
    for user in range(1, 81):
        desk.asks(user, f"film {user}")
    (lease,) = desk.claim(worker)
    for _ in range(20):
        (lease,) = end_and_claim(desk, db, lease)
    before = page_faults(backend)
    for _ in range(50):
        (lease,) = end_and_claim(desk, db, lease)

    assert page_faults(backend) - before < 50


def page_faults(pid: int) -> int:
    """Minor ones of a process (proc(5))."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[7])
