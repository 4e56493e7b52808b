"""Who runs the bot: one machine at a time, and the next when its time is over."""

from procs.core import clock as clocks
from procs.store.machines import bot_lease, bot_places
from procs.store.machines.bot_lease import BOT_LEASE, MARGIN, BotLease


def test_a_lease_that_lives_is_not_taken(db, clock):
    first, second = BotLease(db, "m1"), BotLease(db, "m2")
    assert first.take(now=clock.now())

    clock.skip(BOT_LEASE - 1)
    assert first.renew(now=clock.now())
    clock.skip(BOT_LEASE - 1)
    assert not second.take(now=clock.now())

    assert bot_lease.holder(db).machine == "m1"


def test_a_lease_that_is_over_goes_to_another_under_a_higher_fence(db, clock):
    first, second = BotLease(db, "m1"), BotLease(db, "m2")
    first.take(now=clock.now())
    clock.skip(BOT_LEASE + 1)

    assert second.take(now=clock.now())

    assert second.fence > first.fence
    assert not first.renew(now=clock.now())
    assert bot_lease.holder(db).machine == "m2"


def test_a_fence_that_a_crashed_server_gave_twice_is_of_its_last_holder(db, clock):
    first, second = BotLease(db, "m1"), BotLease(db, "m2")
    first.take(now=clock.now())
    with db.write():
        db.change("UPDATE bot_lease SET fence = 0, until = 0")  # what the server knows after it
    second.take(now=clock.now())
    assert first.fence == second.fence

    assert not first.renew(now=clock.now())
    first.give_up()

    assert not BotLease(db, "m3").take(now=clock.now())
    assert second.renew(now=clock.now())


def test_an_end_that_was_written_before_the_clock_was_set_back_keeps_nobody_out(db, clock):
    first, second = BotLease(db, "m1"), BotLease(db, "m2")
    clock.skip(3600)
    first.take(now=clock.now())
    clock.skip(-3600)
    assert bot_lease.holder(db).is_over(clock.now())

    assert second.take(now=clock.now())


def test_a_lease_that_nobody_took_is_held_on_after_its_end(db, clock):
    lease = BotLease(db, "m1")
    lease.take(now=clock.now())
    clock.skip(10 * BOT_LEASE)

    assert lease.renew(now=clock.now())


def test_a_lease_that_is_given_up_is_free_at_once(db, clock):
    first, second = BotLease(db, "m1"), BotLease(db, "m2")
    first.take(now=clock.now())

    first.give_up()

    assert first.own_end == 0
    assert second.take(now=clock.now())


def test_who_may_not_judge_an_end_yet_takes_a_lease_only_that_was_given_up(db, clock):
    first, second = BotLease(db, "m1"), BotLease(db, "m2")
    first.take(now=clock.now())
    clock.skip(BOT_LEASE + 1)
    assert not second.take(now=clock.now(), judges=False)

    first.give_up()

    assert second.take(now=clock.now(), judges=False)


def test_a_holder_falls_silent_before_another_may_speak(db, clock):
    lease = BotLease(db, "m1")
    began = clocks.elapsed()
    lease.take(now=clock.now())

    assert lease.own_end <= clocks.elapsed() + BOT_LEASE - MARGIN
    assert lease.own_end >= began + BOT_LEASE - MARGIN


def test_places_are_stored_by_the_holder_alone(db, clock):
    first, second = BotLease(db, "m1"), BotLease(db, "m2")
    first.take(now=clock.now())
    places = [(0, 10, 1, 99, 2, 0), (-1001, 7, None, None, None, 5)]
    here = db.lineage()
    bot_places.keep(db, places, fence=first.fence, lineage=here)
    clock.skip(BOT_LEASE + 1)
    second.take(now=clock.now())

    bot_places.keep(db, [(0, 3, 1, 99, 2, 0)], fence=first.fence, lineage=here)
    bot_places.keep(db, [(-1001, 8, None, None, None, 5)], fence=second.fence, lineage=here)

    assert bot_places.stored(db) == [(-1001, 8, None, None, None, 5), (0, 10, 1, 99, 2, 0)]


def test_no_place_is_stored_in_another_history_than_that_of_the_updates(db, clock):
    """A standby that was promoted may lack requests of the last seconds: with their place, Telegram
    would not be asked for them."""
    lease = BotLease(db, "m1")
    lease.take(now=clock.now())
    bot_places.keep(db, [(0, 10, 1, 99, 2, 0)], fence=lease.fence, lineage=db.lineage())

    bot_places.keep(db, [(0, 20, 1, 99, 2, 0)], fence=lease.fence, lineage="of another server")

    assert bot_places.stored(db) == [(0, 10, 1, 99, 2, 0)]
