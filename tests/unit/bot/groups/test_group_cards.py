"""A card in a group: who may press, and what its admins let come."""

import pytest

from procs.core import clock
from procs.records.job import Lane
from procs.store.people import group_sizes, member_roles, preferences
from procs.texts import i18n
from tests.sandbox.card_parts import MIB, PAGE, looks, told
from tests.sandbox.person import Person
from tests.sandbox.telegram.group import Group


@pytest.fixture
async def group(tg, reza: Person, other: Person) -> Group:
    return await tg.group("Film club", reza, other)


def wants(db, group: Group, name: str, value: object) -> None:
    preferences.change_group(db, group.chat_id, name, value, now=clock.now())


async def card_in(group: Group, person: Person, bot, hands):
    """The card of a link that somebody asked for in a group that asks."""
    wants(bot.db, group, "form", "ask")
    here = person.at(group)
    sent = await here.sends(f"/dl {PAGE}")
    await here.sees_reaction(sent, "👀")
    looks(hands, told())
    return here, await here.sees(lambda m: m.reply == sent.id and m.button("480p"))


async def test_a_group_that_asks_gets_a_card_there_and_an_admin_may_choose(
    bot, hands, group, reza, other
):
    _, card = await card_in(group, reza, bot, hands)
    there = other.at(group)
    await there.presses("480p", card)
    assert bot.db.one("SELECT state FROM requests") == ("choosing",)
    await group.admits(other, "admin")
    member_roles.drop(bot.db, group.chat_id, other.id)  # as Telegram's update does
    await there.presses("480p", card)
    assert hands.claim(Lane.HEAVY).link.variant == "480p"


async def test_what_is_larger_than_the_group_takes_is_locked_and_says_both_sizes(
    bot, hands, group, reza, language
):
    wants(bot.db, group, "largest", 100 * MIB)
    here, card = await card_in(group, reza, bot, hands)
    labels = [one["text"] for row in card.buttons for one in row]
    locked = [one for one in labels if one.startswith("🔒")]
    assert len(locked) == 4  # what is above 480p
    assert not [one for one in locked if "⚡" in one or "🎧" in one]
    toast = await here.presses("720p", card)
    facts = {"size": i18n.size(language, 184 * MIB), "most": i18n.size(language, 100 * MIB)}
    name = i18n.isolated(language, "720p")
    assert toast["text"] == i18n.say(language, "card-too-large-group", form=name, **facts)
    assert bot.db.one("SELECT state FROM requests") == ("choosing",)
    await here.presses("480p", card)
    assert hands.claim(Lane.HEAVY).link.variant == "480p"


async def test_a_card_that_was_written_before_the_group_took_less_fetches_nothing(
    bot, hands, group, reza
):
    here, card = await card_in(group, reza, bot, hands)
    wants(bot.db, group, "largest", 50 * MIB)
    assert (await here.presses("480p", card))["alert"]
    assert bot.db.one("SELECT state FROM requests") == ("choosing",)


async def test_a_size_is_too_large_for_a_download_only_where_nobody_takes_more(
    bot, hands, group, reza, other
):
    wants(bot.db, group, "largest", 50 * MIB)
    here = reza.at(group)
    await here.sees_reaction(await here.sends(f"/dl {PAGE}"), "👀")
    job = hands.claim().job
    assert group_sizes.most(bot.db, job) == 50 * MIB
    preferences.change(bot.db, other.id, "form", "best", now=clock.now())
    await other.sends(PAGE)
    await other.sees("tube.example")
    assert group_sizes.most(bot.db, job) == 0


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("history", "history-none"),
        ("queue", "queue-none"),
        ("usage", "usage-none"),
        ("mydata", "mydata"),
        ("tags", "tags-none"),
    ],
)
async def test_what_is_a_persons_own_is_answered_in_private_with_a_word_in_the_group(
    bot, group, reza, language, command, shown
):
    await reza.starts()
    await bot.chat_session.named.wait()
    here = reza.at(group)
    sent = await here.sends(f"/{command}@{bot.chat_session.username}")
    word = await here.sees(lambda m: m.reply == sent.id)
    assert word.text == i18n.say(language, "answered-in-private")
    own = await reza.sees(i18n.say(language, shown)[:20])
    assert own.reply == 0
    await bot.rests()
    assert len([m for m in await here.history() if not m.mine]) == 1


async def test_who_has_no_private_chat_is_told_how_to_open_it(bot, group, reza, language):
    await bot.chat_session.named.wait()
    here = reza.at(group)
    await here.sends("/history")
    name = f"@{bot.chat_session.username}"
    word = await here.sees(name)
    assert word.text == i18n.say(language, "open-private-chat", bot=name)


async def test_a_persons_settings_come_in_private_to_who_is_no_admin(bot, group, reza, language):
    await reza.starts()
    here = reza.at(group)
    await here.sends("/settings")
    word = await here.sees(i18n.say(language, "settings-own-sent"))
    assert not word.buttons
    menu = await reza.sees(lambda m: m.button(i18n.say(language, "set-digits-title")))
    assert menu.reply == 0
