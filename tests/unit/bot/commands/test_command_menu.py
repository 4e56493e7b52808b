"""The menu of commands, in both languages (core.telegram.org/method/bots.setBotCommands)."""

from procs.bot.commands import command_menu
from procs.texts import i18n

SET = "bots.setBotCommands"


def known(tg):
    """The menus that Telegram has, by language."""
    return next(one.commands for one in tg.world.accounts.values() if one.is_bot)


async def test_both_languages_have_a_menu(bot, db, tg):
    await command_menu.register(db, bot.chat_session)
    there = known(tg)
    assert (
        {name for name, _ in there["fa"]}
        == {name for name, _ in there[""]}
        == {
            "start",
            "help",
            "cancel",
        }
    )
    assert dict(there["fa"])["cancel"] == i18n.say("fa", "command-cancel")
    assert dict(there[""])["cancel"] == i18n.say("en", "command-cancel")


async def test_every_command_of_the_menu_is_one(bot):
    assert set(command_menu.COMMANDS) <= set(bot.intake.router.commands)


async def test_a_menu_is_registered_once_for_each_change(bot, db, tg, monkeypatch):
    await command_menu.register(db, bot.chat_session)
    await command_menu.register(db, bot.chat_session)
    assert len(await tg.calls(SET)) == 2
    monkeypatch.setattr(command_menu, "COMMANDS", ("help", "cancel"))
    await command_menu.register(db, bot.chat_session)
    assert len(await tg.calls(SET)) == 4
    assert [name for name, _ in known(tg)["fa"]] == ["help", "cancel"]


async def test_what_telegram_refuses_is_tried_again(bot, db, tg):
    await tg.fails(SET, "500 INTERNAL", times=9)
    await command_menu.register(db, bot.chat_session)
    await tg.do("heal")
    await command_menu.register(db, bot.chat_session)
    assert "fa" in known(tg)
