"""Edits of status messages on a strict Telegram: nothing is said twice, nothing too soon, whatever
is lost on the way."""

import shutil
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from procs.bot.status.edit_throttle import SAME
from procs.core import clock
from procs.core.clock import Now
from procs.records.job import Lane, Link, Step
from procs.store import wake
from procs.store.database import Database
from procs.store.jobs import leases
from procs.store.requests import lists, requests
from tests.sandbox.bot_parts import LINK, MIB, Hands, running, until
from tests.sandbox.person import Message, Person
from tests.sandbox.telegram.server import Telegram
from tests.unit.conftest import TOKEN

#: What a request is kept in.
FORGOTTEN = ("requests", "progress", "jobs", "heard")


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with Telegram(token=TOKEN, strict=True) as telegram:
        yield telegram


def forms(message: Message) -> list[str]:
    """Everything that a message ever said."""
    return [edit["text"] for edit in message.edits] or [message.text]


async def once_only(tg: Telegram, person: Person, words: str) -> None:
    """The words were said once, in one message, and no limit was broken."""
    said = [text for m in await person.history() if not m.mine for text in forms(m)]
    assert [words in text for text in said].count(True) == 1, said
    assert await tg.violations() == []
    assert await tg.calls("messages.editMessage", result="MESSAGE_NOT_MODIFIED") == []


async def test_a_last_word_whose_answer_was_lost_is_not_said_again(bot, hands, tg, sara):
    await sara.sends(LINK)
    status = await sara.sees("In line")
    await tg.swallows("messages.editMessage", done=True, close=True)
    code = hands.fails(hands.claim(), "failed-gone")
    await until(lambda: not bot.requests())
    await once_only(tg, sara, code)
    assert (await sara.sees(code)).id == status.id


async def test_a_last_word_whose_bot_died_is_not_said_again(settings, hands, tg, sara):
    async with running(settings):
        await sara.sends(LINK)
        status = await sara.sees("In line")
        await tg.swallows("messages.editMessage", done=True)
        await sara.presses("Cancel", status)
        await sara.sees_edit(status, "Cancelled")
    async with running(settings) as bot:
        await until(lambda: not bot.requests())
    await once_only(tg, sara, "Cancelled.")


async def test_a_request_cancelled_before_its_first_word_is_told_of_once(settings, db, tg, sara):
    async with running(settings) as bot:
        await tg.swallows("messages.sendMessage", done=True)
        await sara.sends(LINK)
        status = await sara.sees("In line")
        await until(bot.requests)
    (row,) = [one for one in db.all("SELECT id, user_id FROM requests")]
    requests.cancel(db, row[0], user=row[1], now=clock.now())
    async with running(settings) as bot:
        await until(lambda: not bot.requests())
    await once_only(tg, sara, "Cancelled.")
    assert (await sara.sees("Cancelled")).id == status.id


async def test_progress_whose_answer_was_lost_is_not_said_again(bot, hands, tg, sara):
    await sara.sends(LINK)
    status = await sara.sees("In line")
    await tg.swallows("messages.editMessage", done=True, close=True)
    hands.report(hands.claim(), Step.PREPARE)
    await sara.sees_edit(status, "Preparing")
    await until(lambda: bot.requests()[0].shown.endswith("Preparing the file…"))
    await once_only(tg, sara, "Preparing")


async def test_an_edit_that_did_not_happen_is_made_good(bot, hands, tg, sara):
    await sara.sends(LINK)
    status = await sara.sees("In line")
    await tg.swallows("messages.editMessage", close=True)
    hands.report(hands.claim(), Step.PREPARE)
    await sara.sees_edit(status, "Preparing")
    await once_only(tg, sara, "Preparing")


async def test_a_wait_for_the_pace_of_a_chat_reads_as_ready_and_as_no_failure(bot, db, hands, sara):
    await sara.sends(LINK)
    status = await sara.sees("In line")
    hands.fetches(hands.claim())
    lease = hands.claim(Lane.LIGHT)
    why = f"flood-wait chat:{sara.id}"
    leases.retry(db, lease, delay=40.0, now=clock.now(), error=why, free=True)
    wake.notify(db.run, wake.BOT)
    seen = await sara.sees_edit(status, "Ready; Telegram lets me send it in")
    assert not any("did not work" in text or "again" in text for text in forms(seen))


async def test_progress_that_was_long_on_its_way_is_followed_no_sooner_for_that(
    bot, hands, tg, sara
):
    await sara.sends(LINK)
    status = await sara.sees("In line")
    lease = hands.claim()
    await tg.delays("messages.editMessage", 1.5)
    hands.report(lease, Step.FETCH, 4 * MIB, 10 * MIB)
    await sara.sees_edit(status, "40%")
    hands.report(lease, Step.FETCH, 8 * MIB, 10 * MIB)
    seen = await sara.sees_edit(status, "80%")
    (late,), (after,) = ([e["at"] for e in seen.edits if n in e["text"]] for n in ("40%", "80%"))
    assert after - late >= SAME


async def test_a_status_that_the_database_forgot_is_read_before_it_is_written_on(
    settings, db, hands, tg, sara
):
    """As when a standby without the last seconds takes the place of a server that died."""
    place, kept = settings.sessions / "bot.session", settings.home / "before.session"
    async with running(settings):
        await sara.starts()
    shutil.copy(place, kept)
    async with running(settings):
        await sara.sends(LINK)
        status = await sara.sees("In line")
        hands.report(hands.claim(), Step.FETCH, 2 * MIB, 10 * MIB)
        await sara.sees_edit(status, "20%")
    shutil.copy(kept, place)
    for table in FORGOTTEN:
        with db.write():
            db.change(f"DELETE FROM {table}")
    async with running(settings):
        await until(lambda: db.all("SELECT shown FROM requests WHERE shown <> ''"))
        ((shown,),) = db.all("SELECT shown FROM requests")
    assert "20%" in shown


async def test_a_list_counts_up_no_sooner_than_progress_may(bot, db, hands, tg, sara):
    await sara.sends(f"{LINK} all")
    await until(bot.requests)
    spread(db, hands, 4)
    status = await sara.sees("0 of 4 sent")
    for sent in (1, 2, 3):
        entry_ends(db, hands)
        await sara.sees_edit(status, f"{sent} of 4 sent" if sent % 2 else "of 4 sent")
    await sara.sees_edit(status, "3 of 4 sent")
    ats = [call["at"] for call in await tg.calls("messages.editMessage")]
    assert all(after - before >= 4.9 for before, after in pairwise(ats[1:]))
    assert await tg.violations() == []


def spread(db: Database, hands: Hands, count: int) -> None:
    """The look finds so many entries."""
    entries = [(n, Link(f"{LINK}?{n}", "example.org", f"url:{n}")) for n in range(1, count + 1)]
    lists.spread(db, hands.claim(Lane.LOOK), entries, title="A list", now=clock.now())
    wake.notify(db.run, wake.BOT)


def entry_ends(db: Database, hands: Hands) -> None:
    """The next entry is in the chat."""
    lease = hands.claim()
    hands.fetches(lease)
    hands.delivers()


@pytest.mark.parametrize("step", [3600.0, -3600.0], ids=["on", "back"])
async def test_edits_keep_their_distance_where_the_machines_clock_is_set(
    bot, db, hands, tg, sara, monkeypatch, step
):
    await sara.sends(LINK)
    status = await sara.sees("In line")
    lease = hands.claim()
    hands.report(lease, Step.FETCH, 1 * MIB, 10 * MIB)
    began = (await sara.sees_edit(status, "10%")).edits[-1]["at"]
    await until(lambda: "10%" in db.all("SELECT shown FROM requests")[0][0])
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: Now(real().wall + step, real().boot))
    monkeypatch.setattr(clock, "own_wall", lambda: real().wall + step)
    hands.report(lease, Step.FETCH, 5 * MIB, 10 * MIB)
    again = (await sara.sees_edit(status, "50%")).edits[-1]["at"]
    assert SAME - 0.5 < again - began < 2 * SAME
    assert await tg.violations() == []
