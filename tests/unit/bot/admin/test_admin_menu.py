"""The menu of commands of admins and their key: given and taken with the role."""

from procs.bot.commands import command_menu
from procs.bot.conversation.manners import Manners
from procs.core import clock
from procs.records.admin_role import Role
from procs.store.admins import admin_rows
from procs.texts import i18n
from tests.sandbox.bot_parts import running

SET = "bots.setBotCommands"


async def test_a_menu_comes_and_goes_with_the_role_in_both_languages(bot, tg, olga):
    await command_menu.register(bot.db, bot.chat_session, follows=True)
    menus = bot.intake.admins.menus
    reza, sam = await tg.person("Reza", language="fa"), await tg.person("Sam", language="en")
    for one in (olga, reza, sam):
        await one.starts()
        await one.sees(lambda m: not m.mine)
    admin_rows.give(bot.db, reza.id, Role.OPERATOR, by=olga.id, now=clock.now())
    await menus.look()
    his = dict(await reza.commands())
    assert his["panel"] == i18n.say("fa", "command-panel")
    assert ("cookies" in his, "audit" in his, "history" in his) == (False, True, True)
    assert next(iter(dict(await olga.commands()))) == "panel"
    assert dict(await olga.commands())["cookies"] == i18n.say("en", "command-cookies")
    assert "panel" not in dict(await sam.commands())
    calls = len(await tg.calls(SET))
    await menus.look()
    assert len(await tg.calls(SET)) == calls
    admin_rows.take(bot.db, reza.id)
    await menus.look()
    assert list(dict(await reza.commands())) == list(command_menu.COMMANDS["private"])


async def test_a_menu_that_telegram_does_not_take_now_is_tried_again(bot, tg, olga):
    await olga.starts()
    await olga.sees(lambda m: not m.mine)
    await tg.fails(SET, "500 INTERNAL", times=9)
    await bot.intake.admins.menus.look()
    await tg.do("heal")
    await bot.intake.admins.menus.look()
    assert "panel" in dict(await olga.commands())


async def test_the_key_of_the_panel_comes_and_goes_with_the_role(settings, db, tg, olga):
    manners = Manners(0, "", reply_keyboard=True)
    sara = await tg.person("Sara", language="en")
    async with running(settings, admins=[olga.id], manners=manners):
        await sara.starts()
        assert (await sara.sees("Hi")).keyboard == [["👤", "📘", "⚙️"]]
        await olga.starts()
        assert (await olga.sees("Hi")).keyboard == [["👤", "📘", "⚙️"], ["🛠"]]
        await olga.sends("🛠")
        await olga.sees("🛠 Panel")
        await olga.sends("/admins")
        page = await olga.sees(lambda m: m.button("Give a role"))
        await olga.presses("Give a role", page)
        await olga.sees_edit(page, "Who is it?")
        await olga.forwards("hello", author=sara.id)
        choice = await olga.sees("Which role should it be?")
        await olga.presses("viewer", choice)
        assert (await sara.sees("You are now viewer")).keyboard == [["👤", "📘", "⚙️"], ["🛠"]]
        choice = await olga.sees_edit(choice, lambda m: m.button("Take the role away"))
        await olga.presses("Take the role away", choice)
        assert (await sara.sees("was taken away")).keyboard == [["👤", "📘", "⚙️"]]
        await sara.sends("🛠")
        await sara.sees(i18n.say("en", "unknown-command")[:12])
