"""The menu of commands, in both languages (core.telegram.org/method/bots.setBotCommands)."""

from procs.bot.commands import command_menu
from procs.texts import i18n

SET = "bots.setBotCommands"


def known(tg):
    """The menus that Telegram has, by language."""
    return next(one.commands for one in tg.world.accounts.values() if one.is_bot)


async def test_both_languages_have_a_menu(bot, db, tg):
    await command_menu.register(db, bot.chat_session, follows=True)
    there = known(tg)
    assert {name for name, _ in there["fa"]} == {name for name, _ in there[""]}
    assert dict(there["fa"])["cancel"] == i18n.say("fa", "command-cancel")
    assert dict(there[""])["cancel"] == i18n.say("en", "command-cancel")


async def test_every_command_of_the_menu_is_one(bot):
    every = {name for names in command_menu.COMMANDS.values() for name in names}
    assert every <= set(bot.intake.router.commands)


async def test_a_menu_is_registered_once_for_each_change(bot, db, tg, monkeypatch):
    await command_menu.register(db, bot.chat_session, follows=True)
    await command_menu.register(db, bot.chat_session, follows=True)
    assert len(await tg.calls(SET)) == 8
    monkeypatch.setattr(command_menu, "COMMANDS", {"": ("help", "cancel")})
    await command_menu.register(db, bot.chat_session, follows=True)
    assert len(await tg.calls(SET)) == 10
    assert [name for name, _ in known(tg)["fa"]] == ["help", "cancel"]


async def test_what_telegram_refuses_is_tried_again(bot, db, tg):
    await tg.fails(SET, "500 INTERNAL", times=9)
    await command_menu.register(db, bot.chat_session, follows=True)
    await tg.do("heal")
    await command_menu.register(db, bot.chat_session, follows=True)
    assert "fa" in known(tg)


async def test_each_place_offers_its_own_commands_in_the_persons_language(bot, db, tg, sara):
    await command_menu.register(db, bot.chat_session, follows=True)
    mina = await tg.person("Mina", language="fa")
    group = await tg.group("Film club", mina, admins=[sara], bot="member")
    private = dict(await sara.commands())
    assert list(private) == list(command_menu.COMMANDS["private"])
    assert dict(await mina.commands())["history"] == i18n.say("fa", "command-history")
    assert "settings" not in dict(await mina.at(group).commands())
    assert "settings" in dict(await sara.at(group).commands())
    assert dict(await mina.at(group).commands())["dl"] == i18n.say("fa", "command-dl")


async def test_following_stands_in_no_menu_where_it_is_switched_off(bot, db, sara):
    await command_menu.register(db, bot.chat_session, follows=True)
    await command_menu.register(db, bot.chat_session, follows=False)
    there = dict(await sara.commands())
    assert "history" in there
    assert not {"follow", "follows"} & set(there)
