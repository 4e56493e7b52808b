"""The clock of a database that machines share."""

import threading
import time

import pytest

from procs.core import clock
from procs.store.machines import database_clock
from procs.telegram.departure import SPEECH, NotHeld


class ServerTime:
    """A database whose clock is ahead of this machine's own."""

    def __init__(self, ahead: float | None, *, slow: float = 0.0) -> None:
        self.ahead, self.slow, self.asked = ahead, slow, 0
        self.told_clock = None if ahead is None else clock.ClockReading(ahead, 0.001)

    def time(self) -> float | None:
        self.asked += 1
        way = threading.Event()  # nobody sets it: the time that a word is under way
        way.wait(self.slow / 2)
        told = None if self.ahead is None else clock.elapsed() + self.ahead
        way.wait(self.slow / 2)
        return told


def test_without_a_shared_clock_the_machines_own_count():
    database_clock.follow(ServerTime(None))

    assert abs(clock.now().wall - time.time()) < 1
    assert clock.base() == clock.boot_id()


def test_both_clocks_are_the_servers_however_wrong_ours_is():
    database_clock.follow(ServerTime(600.0))

    now = clock.now()
    assert now.wall == now.boot
    assert abs(now.boot - clock.elapsed() - 600) < 0.5
    assert clock.base() == clock.EVERY_BOOT
    assert abs(clock.own_wall() - time.time()) < 1


def test_an_answer_that_differs_by_less_than_it_may_be_wrong_moves_nothing():
    database_clock.follow(ServerTime(600.0))
    before = clock.SHARED.ahead

    database_clock.follow(ServerTime(600.01, slow=0.1))

    assert clock.SHARED.ahead == before


def test_a_clock_that_was_set_is_followed():
    database_clock.follow(ServerTime(600.0))

    database_clock.follow(ServerTime(-600.0))

    assert abs(clock.now().boot - clock.elapsed() + 600) < 0.5


@pytest.mark.parametrize(("first", "then", "was_set"), [(0, 90, 1), (90, 0, 1), (90, 90.5, 0)])
def test_a_clock_that_was_set_is_told(first, then, was_set):
    assert not database_clock.follow(ServerTime(first))

    assert database_clock.follow(ServerTime(then)) == was_set


def test_a_clock_that_says_what_is_known_is_asked_once():
    """Each worker of each machine asks with every beat."""
    database_clock.follow(ServerTime(600.0))
    server = ServerTime(600.0)

    database_clock.follow(server)

    assert server.asked == 1


def test_a_clock_that_says_something_else_is_asked_again_before_it_is_believed():
    database_clock.follow(ServerTime(600.0))
    server = ServerTime(700.0)

    database_clock.follow(server)

    assert server.asked == database_clock.ASKED


def test_a_clock_that_a_sign_of_life_told_is_asked_for_only_where_it_was_set():
    database_clock.follow(ServerTime(600.0))
    as_before, was_set = ServerTime(600.0), ServerTime(700.0)

    assert not database_clock.follow_told(as_before)
    assert database_clock.follow_told(was_set)

    assert (as_before.asked, was_set.asked) == (0, database_clock.ASKED)
    assert abs(clock.now().boot - clock.elapsed() - 700) < 0.5


def test_a_process_that_goes_by_its_own_clock_follows_no_other():
    assert not database_clock.follow_told(ServerTime(600.0))

    assert clock.SHARED.ahead is None


def test_a_machine_that_was_suspended_knows_what_time_the_others_have(monkeypatch):
    """Its monotonic clock stood still: it went by leases that were over for an hour."""
    database_clock.follow(ServerTime(600.0))
    before, asleep, real = clock.now(), 3600.0, time.clock_gettime
    end = clock.elapsed() + 7.0
    monkeypatch.setattr(SPEECH, "end", lambda: end)
    SPEECH.require()
    monkeypatch.setattr(time, "clock_gettime", lambda which: real(which) + asleep)

    assert clock.now().boot - before.boot >= asleep
    with pytest.raises(NotHeld):
        SPEECH.require()
