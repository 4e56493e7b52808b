"""Known media that the bot sends itself, and what it leaves to the workers."""

from dataclasses import replace

import pytest

from procs.core import clock
from procs.core.clock import Now
from procs.records.job import File, Lane, Media, Part, State
from procs.store import wake
from procs.store.health import workers
from procs.store.jobs import leases, pause_control, pauses, recovery
from procs.store.limits import send_budget
from procs.store.media import deliveries, references
from procs.store.requests import requests
from procs.store.wake import WakeSocket
from procs.telegram.delivery.delivery_presentation import presentation
from procs.telegram.message_limits import Urgency, bot_rules
from tests.sandbox.bot_parts import LINK, until, wants
from tests.sandbox.uploads import heard

KEY = "url:ae580c456ac5299f2af55808"
JOBS = "SELECT state, fence, attempt FROM jobs ORDER BY id"
REQUESTS = "SELECT state, worker FROM requests ORDER BY id"
PLANNED = "SELECT random_id, receipt FROM deliveries"


@pytest.fixture(autouse=True)
async def known(db, courier, sara, tmp_path) -> Media:
    """Telegram holds what is behind the link, and nobody is asked for its form."""
    wants(db, sara.id)
    path = tmp_path / "film.mp4"
    path.write_bytes(b"a film")
    file = File(str(path), "video", "film.mp4", "video/mp4", 6, 125.0, 1280, 720)
    part = Part(await courier.upload(file, heard), "video", "film.mp4", 6, 125.0, 1280, 720)
    media = Media(KEY, "best", "A film", "example.org", LINK, (part,))
    references.save(db, media, keys={KEY}, now=clock.now())
    return media


@pytest.fixture
async def hand(bot):
    """The bot may hold leases."""
    await bot.intake.first_hand.look()
    yield bot.intake.first_hand
    await bot.intake.first_hand.close()


@pytest.fixture
def ear(settings):
    """A worker that waits for deliveries."""
    ear = WakeSocket(settings.run, "w01-2")
    ear.rest([Lane.LIGHT])
    yield ear
    ear.close()


async def test_a_known_media_comes_from_the_bot_and_no_worker_is_woken(hand, db, sara, ear):
    await sara.sends(LINK)
    got = await sara.sees(lambda m: m.media)
    await until(lambda: not hand.tasks)
    assert db.all(JOBS) == [(State.DONE, 1, 1)]
    assert db.all(REQUESTS) == [("delivered", "bot")]
    assert [receipt for _, receipt in db.all(PLANNED)] == [got.id]
    assert ear.heard() == set()


async def test_nothing_is_left_to_be_said_of_it(hand, bot, sara):
    await sara.sends(LINK)
    await sara.sees(lambda m: m.media)
    await until(lambda: not hand.tasks)
    assert bot.requests() == []


async def test_what_telegram_makes_wait_is_left_to_a_worker(hand, db, tg, sara, ear):
    await tg.fails("messages.sendMedia", "FLOOD_WAIT_9")
    await sara.sends(LINK)
    await until(lambda: db.all(JOBS) == [(State.QUEUED, 1, 0)] and not hand.tasks)
    assert ear.heard() == {wake.WORK % Lane.LIGHT}
    assert hand.pace.wait("messages.SendMedia") > 0


async def test_while_it_waits_the_bot_claims_no_more(hand, db, tg, sara, ali):
    wants(db, ali.id)
    await tg.fails("messages.sendMedia", "FLOOD_WAIT_9")
    await sara.sends(LINK)
    await until(lambda: not hand.tasks and hand.pace.wait("messages.SendMedia") > 0)
    await ali.sends(LINK)
    await until(lambda: len(db.all(JOBS)) == 2)
    assert db.all(JOBS)[1] == (State.QUEUED, 0, 0)


async def test_what_has_no_place_among_all_messages_now_is_left_to_a_worker(hand, db, sara, ear):
    now = clock.now()
    with db.write():
        send_budget.spend(db, bot_rules(Urgency.DELIVERY), messages=50, at=now.boot, now=now)
    await sara.sends(LINK)
    await until(lambda: db.all(JOBS) == [(State.QUEUED, 0, 0)])
    assert (ear.heard(), db.all(PLANNED)) == ({wake.WORK % Lane.LIGHT}, [])


async def test_what_telegram_refuses_is_left_to_a_worker(hand, db, tg, sara, hands):
    await tg.fails("messages.sendMedia", "FILE_REFERENCE_EXPIRED")
    await sara.sends(LINK)
    await until(lambda: db.all(JOBS) == [(State.QUEUED, 1, 0)])
    assert hands.claim(Lane.LIGHT).attempt == 1


async def test_a_bot_that_leaves_gives_back_what_it_sends(hand, db, tg, sara):
    hold = await tg.holds("messages.sendMedia")
    await sara.sends(LINK)
    await hold.reached()
    await hand.close()
    assert db.all(JOBS) == [(State.QUEUED, 1, 0)]
    await hold.release()


@pytest.mark.filterwarnings("ignore:coroutine 'FirstHand.carry' was never awaited")
async def test_a_bot_that_leaves_in_the_instant_of_a_claim_gives_it_back(hand, db, tg, sara):
    """A task that is cancelled before its first step runs not a line."""
    begin = hand.begin

    def begin_late(one):
        begin(one)
        for task in hand.tasks:
            task.cancel()

    hand.begin = begin_late
    await sara.sends(LINK)
    await until(lambda: db.all(JOBS) == [(State.LEASED, 1, 1)])
    await hand.close()
    assert db.all(JOBS) == [(State.QUEUED, 1, 0)]
    assert await tg.calls("messages.sendMedia") == []


async def test_a_worker_goes_on_under_the_same_random_id(hand, db, tg, sara, hands):
    hold = await tg.holds("messages.sendMedia")
    await sara.sends(LINK)
    await hold.reached()
    ((before, _),) = db.all(PLANNED)
    await hand.close()
    request = hands.claim(Lane.LIGHT).delivery.request
    assert deliveries.plan(db, request, 1) == [(0, before)]
    await hold.release()


async def test_a_worker_goes_on_with_the_same_buttons(hand, db, tg, sara, known):
    hold = await tg.holds("messages.sendMedia")
    await sara.sends(LINK)
    await hold.reached()
    before = db.all("SELECT token FROM buttons")
    await hand.close()
    (request,) = db.all("SELECT id FROM requests")[0]
    shown = presentation(db, requests.order(db, request), known)
    assert {one.token for one in shown.buttons} == {token for (token,) in before} != set()
    await hold.release()


async def test_a_lease_that_was_lost_meanwhile_has_its_receipt(hand, db, tg, sara):
    hold = await tg.holds("messages.sendMedia")
    await sara.sends(LINK)
    await hold.reached()
    now = clock.now()
    recovery.reap(db, now=Now(now.wall, now.boot + leases.LEASE + 1))
    await hold.release()
    got = await sara.sees(lambda m: m.media)
    await until(lambda: not hand.tasks)
    assert db.all(JOBS) == [(State.QUEUED, 2, 0)]
    assert [receipt for _, receipt in db.all(PLANNED)] == [got.id]


async def test_one_that_was_cancelled_while_it_was_given_back_is_over(hand, bot, db, tg, sara):
    hold = await tg.holds("messages.sendMedia")
    await sara.sends(LINK)
    await hold.reached()
    bot.intake.cancelling.leave_all(sara.id, chat=sara.id)
    await hand.close()
    assert [state for state, *_ in db.all(JOBS)] == [State.CANCELLED]
    await hold.release()


async def cancelled_on_its_way(db, tg, sara):
    """A send that hangs while its person cancels it: said, and over, before it answers."""
    hold = await tg.holds("messages.sendMedia")
    await sara.sends(LINK)
    await hold.reached()
    await sara.sends("/cancel")
    await sara.sees("is cancelled")
    await until(lambda: [state for state, *_ in db.all(JOBS)] == [State.CANCELLED])
    return hold


async def media_in(person):
    return [m for m in await person.chat() if m.media and not m.deleted]


async def test_a_send_that_hangs_holds_up_no_cancel_and_leaves_nothing(hand, db, tg, sara):
    hold = await cancelled_on_its_way(db, tg, sara)
    await hold.release()
    await until(lambda: not hand.tasks)
    assert await media_in(sara) == []
    assert db.all(REQUESTS) == [("cancelled", None)]


async def test_who_asks_again_after_a_cancel_gets_it_once(hand, db, tg, sara):
    hold = await cancelled_on_its_way(db, tg, sara)
    await sara.sends(LINK)
    await until(lambda: len(db.all(REQUESTS)) == 2 and len(hand.tasks) == 1)
    await hold.release()
    await until(lambda: not hand.tasks)
    assert len(await media_in(sara)) == 1
    assert [state for state, _ in db.all(REQUESTS)] == ["cancelled", "delivered"]


async def test_what_was_cancelled_in_the_moment_of_its_arrival_goes_again(hand, bot, db, tg, sara):
    hold = await tg.holds("messages.sendMedia")
    await sara.sends(LINK)
    await hold.reached()
    bot.status_board.hear = lambda words: None  # the word to stop comes too late
    bot.intake.cancelling.leave_all(sara.id, chat=sara.id)
    await hold.release()
    await until(lambda: not hand.tasks)
    assert await media_in(sara) == []


async def test_while_all_is_paused_nothing_is_claimed(hand, db, sara):
    pause_control.pause(db, pauses.ALL, now=clock.now())
    await sara.sends(LINK)
    await until(lambda: db.all(JOBS))
    assert db.all(JOBS) == [(State.QUEUED, 0, 0)]


async def test_several_parts_are_left_to_a_worker(hand, db, sara, known):
    twice = replace(known, parts=known.parts * 2)
    references.renew(db, references.find(db, KEY, "best").id, twice.parts)
    await sara.sends(LINK)
    await until(lambda: db.all(JOBS))
    assert db.all(JOBS) == [(State.QUEUED, 0, 0)]


async def test_the_bot_is_no_worker_though_it_holds_leases(hand, db):
    assert [one.name for one in workers.holders(db)] == ["bot"]
    assert workers.present(db) == []
    await hand.close()
    assert workers.holders(db) == []
