"""The engine, drain and restart from the chat: ordered, done elsewhere, told once."""

import os

import pytest

from procs.bot.admin.system.order_reports import OrderReports
from procs.core import clock
from procs.core.machine import machine_name
from procs.engine.releases.versions import Versions, installed
from procs.engine.updates.updater import Updater
from procs.keeper.engine_updates import trial
from procs.keeper.machines.restart_runner import RestartRunner
from procs.keeper.order_runner import OrderRunner
from procs.store.admins import admin_orders, audit_log
from procs.store.health import engine_records
from procs.store.jobs import pauses
from procs.store.machines import machine_rows
from tests.sandbox.bot_parts import LINK, Hands, until, wants

NEW = "2099.1.1"


@pytest.fixture
def versions(settings) -> Versions:
    """A newer version in use, before which there was our own."""
    versions = Versions(settings.home / "engines")
    (versions.root / NEW).mkdir(parents=True)
    versions.use(versions.find(NEW))
    return versions


@pytest.fixture
def works(bot, settings):
    """What the keeper and the bot do in their rounds, until nothing is under way."""

    async def work() -> None:
        updater = Updater(settings.home, trial(settings), print)
        runner = OrderRunner(bot.db, settings, updater, RestartRunner(bot.db, settings))
        runner.watch()
        if runner.engine is not None:
            await runner.engine
        for _ in range(2):
            await OrderReports(bot.db, bot.intake.replies).look()

    return work


async def chosen(owner, command: str, button: str):
    """Press a button of a page, and the second question."""
    sent = await owner.sends(command)
    page = await owner.sees(lambda m: m.reply == sent.id)
    await owner.presses(button, page)
    asked = await owner.sees_edit(page, lambda m: m.button("Yes, do it"))
    return page, await owner.presses("Yes, do it", asked)


async def test_an_owner_goes_back_to_the_engine_before_and_is_told_once(bot, olga, versions, works):
    page, _ = await chosen(olga, "/engine", "↩️ Back to")
    shown = await olga.sees_edit(page, "⏳ way back of the engine")
    assert NEW in shown.text
    assert versions.current().name == NEW
    await works()
    await olga.sees(f"✅ yt-dlp {installed().name} is in use, in place of {NEW}")
    assert versions.current() == installed()
    await works()
    assert len([m for m in await olga.history() if "in place of" in m.text]) == 1
    (row,) = audit_log.latest(bot.db)
    assert (row.action, row.was, row.became) == ("engine-rollback", NEW, installed().name)


@pytest.fixture
def two(bot, monkeypatch):
    """Another machine beside this one, with an engine of its own."""
    facts = {"boot": "b", "roles": "worker", "slots": 1, "version": "1"}
    for name in ("m1", "m2"):
        machine_rows.beat(bot.db, name, home=f"/srv/{name}", **facts, now=clock.now())
    engine_records.use(bot.db, "m2", "2098.7.7", now=clock.now())
    monkeypatch.setattr(machine_name.HERE, "told", "m1")


async def test_of_two_machines_each_goes_back_in_its_turn_and_the_outcome_names_it(
    bot, olga, versions, works, two
):
    page, _ = await chosen(olga, "/engine", "↩️ Back to the one before")
    shown = await olga.sees_edit(page, "⏳ way back of the engine · m2")
    assert f"In use on m1: {NEW}\nIn use on m2: 2098.7.7" in shown.text
    await works()
    assert versions.current().name == NEW
    (first, _) = admin_orders.under_way(bot.db)
    assert first.machine == "m2"
    admin_orders.end(bot.db, first.id, "order-refused", {"why": "none"}, now=clock.now())
    await works()
    await olga.sees("🖥 m2\n⚠️ It was not done: none")
    await olga.sees(f"🖥 m1\n✅ yt-dlp {installed().name} is in use, in place of {NEW}")
    assert (versions.current(), admin_orders.under_way(bot.db)) == (installed(), [])


async def test_a_restart_from_the_chat_is_one_of_every_machine_that_is_heard(bot, olga, two):
    await chosen(olga, "/restart", "🔄 Restart one by one")
    orders = admin_orders.under_way(bot.db)
    assert [(one.kind, one.machine) for one in orders] == [("restart", "m2"), ("restart", "m1")]


async def test_an_update_that_finds_nothing_says_why(bot, olga, works, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    await chosen(olga, "/engine", "⬆️ Update")
    await works()
    await olga.sees("⚠️ It was not done:")


@pytest.mark.parametrize("pid", [2**22 + 1, os.getpid()], ids=["other", "same-in-a-container"])
async def test_an_update_that_a_killed_keeper_began_is_done_by_the_next(
    bot, olga, versions, works, pid
):
    await chosen(olga, "/engine", "↩️ Back to")
    (order,) = admin_orders.under_way(bot.db)
    assert admin_orders.take(bot.db, order.id, pid)
    await works()
    await olga.sees("in place of")


async def test_a_drain_waits_for_what_runs_and_starts_nothing_new(bot, tg, olga, works):
    sara = await tg.person("Sara", language="en")
    wants(bot.db, sara.id)
    await sara.sends(LINK)
    await until(bot.requests)
    hands = Hands(bot.db)
    lease = hands.claim()
    page, _ = await chosen(olga, "/restart", "⏸ Drain")
    await olga.sees_edit(page, "⏸ Paused")
    await works()
    assert pauses.is_paused(bot.db)
    assert len(admin_orders.under_way(bot.db)) == 1
    hands.fails(lease, "failed-gone")
    await works()
    await olga.sees("✅ Drained")
    await olga.sends("/restart")
    again = await olga.sees(lambda m: m.button("▶️ Go on"), last=True)
    await olga.presses("▶️ Go on", again)
    await olga.sees_edit(again, "I am serving")
    assert not pauses.is_paused(bot.db)


async def test_one_order_at_a_time(bot, olga, versions):
    await chosen(olga, "/engine", "↩️ Back to")
    _, told = await chosen(olga, "/engine", "⬆️ Update")
    assert "still under way" in told["text"]
    assert len(admin_orders.under_way(bot.db)) == 1


async def test_a_restart_whose_process_is_gone_is_told_as_broken_off(bot, olga, works):
    await chosen(olga, "/restart", "🔄 Restart one by one")
    (order,) = admin_orders.under_way(bot.db)
    admin_orders.take(bot.db, order.id, os.getpid())  # of another program by now
    await works()
    await olga.sees("⚠️ The restart was broken off")


async def test_a_restart_that_died_before_it_took_the_order_is_begun_again(bot, olga, settings):
    settings.logs.mkdir(exist_ok=True)
    await chosen(olga, "/restart", "🔄 Restart one by one")
    restarts = RestartRunner(bot.db, settings)
    updater = Updater(settings.home, trial(settings), print)
    runner = OrderRunner(bot.db, settings, updater, restarts)
    runner.watch()
    (dead,) = restarts.children.values()
    dead.kill()
    os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)

    restarts.watch()
    runner.watch()

    (again,) = restarts.children.values()
    assert again.pid != dead.pid
    again.kill()
    again.wait()
