"""The first contact: a greeting in the client's language, and the choice of another."""

import pytest

from procs.store.people import preferences
from procs.texts import i18n


@pytest.mark.parametrize(
    ("client", "other", "label"), [("en", "fa", "فارسی"), ("fa", "en", "English")]
)
async def test_the_language_is_the_clients_until_a_button_says_another(
    bot, tg, client, other, label
):
    mina = await tg.person("Mina", language=client)
    await mina.starts()
    hello = await mina.sees(i18n.say(client, "start", name="Mina"))
    assert [[one["text"] for one in row] for row in hello.buttons] == [["فارسی", "English"]]

    toast = await mina.presses(label, hello)

    assert toast["text"] == i18n.say(other, "set-done")
    again = await mina.sees_edit(hello, i18n.say(other, "start", name="Mina"))
    assert again.buttons == []
    assert preferences.read(bot.db, mina.id).language == other
    await mina.starts()
    assert (await mina.sees(lambda m: m.id > again.id)).buttons == []


async def test_in_a_group_nobody_is_asked_for_a_language(bot, tg, sara):
    group = await tg.group("Film club", sara)
    await bot.chat_session.named.wait()
    await sara.at(group).sends(f"/start@{bot.chat_session.username}")
    assert (await sara.at(group).sees("Hi Sara")).buttons == []
