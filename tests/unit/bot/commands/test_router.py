"""Commands and buttons: who may do what, and what a client sends that no button of ours says."""

import asyncio
from dataclasses import replace

import pytest

from procs.bot.commands.router import Callback, ChatCommand
from procs.records.admin_role import Role
from procs.records.job import Person as Known
from procs.telegram.chat.inbound import Press
from procs.telegram.chat.sender import OutgoingMessage
from procs.telegram.session.rpc import free
from procs.texts import i18n
from procs.texts.i18n import LocalText
from tests.sandbox.bot_parts import LINK

ANSWER = "messages.setBotCallbackAnswer"
UNKNOWN = i18n.say("en", "unknown-button")
#: What no button of ours says, or ever said. Telegram passes on whatever a client sends.
FORGED = [
    *("", "cancel", "cancel:", "cancel:0", "cancel:-1", "cancel:+1", "cancel:1 ", "cancel:1\n"),
    *("cancel:01", "cancel:1.5", "cancel:1e3", "cancel:all:1", "cancel-group:all", "cancel-group"),
    *("cancel:۱", "cancel:¹", "CANCEL:1", "cancel:1:2", "cance\x00l:1", "ban:5", ":", "::1", "all"),
    *("cancel:" + "9" * 57, "cancel-group:" + "9" * 51, "cancel:9223372036854775808", "x" * 64),
    *("cancel:1; DROP TABLE jobs", "\ufffd\ufffd", "cancel:\ud800"),
]


@pytest.fixture
async def felt(bot, tg):
    """Has the bot told of a press that no client of the sandbox makes. Returns its answers."""

    async def on_press(person, data: str, number: int = 77) -> list[str]:
        press = Press(number, Known(person.id, "en"), person.id, 0, 1, data)
        await bot.intake.on_press(press)
        return await tg.calls(ANSWER)

    return on_press


async def test_forged_data_does_nothing_and_is_answered_once(bot, sara, caplog, felt):
    await sara.sends(LINK)
    await sara.sees("In line")
    for number, data in enumerate(FORGED, 1):
        assert (data, len(await felt(sara, data, number))) == (data, number)
    assert [one.state for one in bot.requests()] == ["open"]
    assert "bot.failed" not in caplog.text


async def test_a_forged_button_is_answered_in_telegram(bot, tg, sara):
    await sara.starts()
    await sara.sees("Hi")
    access = tg.world.access_hash(tg.bot, sara.id)
    forged = [("Odd", "cancel:" + "9" * 50)]
    await bot.chat_session.send(
        OutgoingMessage(sara.id, access, "?", 7, buttons=forged), leave=free
    )
    assert (await sara.presses("Odd"))["text"] == UNKNOWN


async def test_every_row_of_the_table_answers_each_press_once(bot, tg, sara, caplog, felt):
    rows = bot.intake.router.callbacks
    assert rows
    for number, row in enumerate(rows.values(), 1):
        data = f"{row.action}:1" if row.numbered else row.action
        assert len(await felt(sara, data, number)) == number
        assert len(await felt(sara, data, number)) == number  # told again by Telegram
    assert "bot.failed" not in caplog.text


async def test_every_row_but_the_admins_is_for_everybody_and_is_found_by_its_own_name(bot):
    router, anybody = bot.intake.router, Known(5)
    admins = {command.name for command in bot.intake.admins.actions.commands()}
    for name, command in router.commands.items():
        if name in admins:  # their roles are walked by tests of their own
            continue
        assert command.role is Role.EVERYONE
        assert router.command(f"/{name}@some_bot now", anybody) is command
    for action, row in router.callbacks.items():
        assert row.role is Role.EVERYONE
        assert router.callback(f"{action}:7" if row.numbered else action)[0] is row


async def test_every_button_that_the_bot_makes_is_in_the_table(bot, sara):
    for count in (1, 2, 3):
        await sara.sends(" ".join(f"{LINK}?{count}{n}" for n in range(count)))
    await sara.sees("3 links")
    await sara.sends("/cancel")
    await sara.sees("is cancelled")
    await bot.rests()
    made = {one["data"] for m in await sara.chat() for row in m.buttons for one in row}
    found = {bot.intake.router.callback(data)[0] for data in made}
    assert found == set(bot.intake.router.callbacks.values())


async def test_a_press_of_what_is_over_or_anothers_stops_nothing(bot, tg, sara):
    ben = await tg.person("Ben", language="en")
    await sara.sends(LINK)
    status = await sara.sees("In line")
    (mine,) = bot.requests()
    ids = mine.request, mine.request + 1
    for number, action in enumerate(["cancel", "cancel-group"]):
        for at, request in enumerate(ids):
            press = Press(
                1 + 2 * number + at, Known(ben.id, "en"), ben.id, 0, 1, f"{action}:{request}"
            )
            await bot.intake.on_press(press)
    assert len(await tg.calls(ANSWER)) == 4
    assert [one.state for one in bot.requests()] == ["open"]
    assert (await sara.presses("Cancel", status))["text"] == "Cancelled."


async def test_what_only_admins_may_do_is_unknown_to_everybody_else(bot, tg, sara, felt):
    done: list[int] = []

    async def on_message(incoming):
        done.append(incoming.person.id)

    async def press(pressed, number):
        done.append(number)
        return LocalText("Done.")

    router = bot.intake.router
    router.commands["stop"] = ChatCommand("stop", on_message, role=Role.VIEWER)
    router.callbacks["stop"] = Callback("stop", press, role=Role.VIEWER)
    await sara.sends("/stop")
    await sara.sees("don't know that command")
    await felt(sara, "stop:5", 1)
    assert done == []
    bot.intake.admins.actions.owners = frozenset([sara.id])
    await sara.sends("/stop")
    await felt(sara, "stop:5", 2)
    async with asyncio.timeout(10):
        while len(done) < 2:
            await asyncio.sleep(0.01)
    assert sorted(done) == sorted([5, sara.id])


async def test_a_handler_that_fails_is_answered_once_with_the_code(bot, tg, sara, felt, caplog):
    async def fails(pressed, number):
        raise RuntimeError("broken")

    router = bot.intake.router
    router.callbacks["cancel"] = replace(router.callbacks["cancel"], handle=fails)
    assert len(await felt(sara, "cancel:1")) == 1
    assert caplog.text.count("bot.failed") == 1
