"""A token takes effect once, for its person, and every press is answered exactly once."""

import random
import secrets

import pytest

from procs.bot.commands.button_actions import PREFIX, ButtonAction, PressAnswer, data
from procs.core import clock
from procs.core.clock import Now
from procs.records.job import Person as Known
from procs.store.health import runtime_settings
from procs.store.requests import buttons
from procs.store.requests.buttons import KNOWN, LASTS, ButtonMeaning
from procs.telegram.chat.inbound import Press
from procs.telegram.chat.sender import OutgoingMessage
from procs.telegram.session.rpc import free
from procs.texts import i18n

ANSWER = "messages.setBotCallbackAnswer"
#: A button of the tests: it counts, in the database, how often it took effect.
COUNT, AGAIN = "test-count", "test-again"
FUZZED = 10_000


def effects(bot) -> int:
    return int(runtime_settings.read(bot.db, COUNT, "0"))


@pytest.fixture
def counted(bot):
    """The bot has two buttons more: one that counts once, and one that counts each time."""

    def count(press, button) -> PressAnswer:
        runtime_settings.write(bot.db, COUNT, str(effects(bot) + 1), now=clock.now())
        return PressAnswer("Counted.")

    bot.intake.actions.add(ButtonAction(COUNT, count), ButtonAction(AGAIN, count, once=False))
    return bot


def minted(bot, person, action: str = COUNT, *, age: float = 0.0) -> str:
    now = clock.now()
    then = Now(wall=now.wall - age, boot=now.boot)
    return buttons.mint(bot.db, [ButtonMeaning(person.id, person.id, action)], now=then)[0]


async def shown(bot, tg, person, written: str, label: str = "Go") -> None:
    """The bot shows a button with this data to somebody who has met it."""
    access = tg.world.access_hash(tg.bot, person.id)
    number = secrets.randbits(62)
    await bot.chat_session.send(
        OutgoingMessage(person.id, access, "Well?", number, buttons=[(label, written)]), leave=free
    )
    await person.sees("Well?")


async def pressed(bot, tg, person, written: str) -> str:
    """What is told to somebody who presses a button with this data."""
    label = secrets.token_hex(4)
    await shown(bot, tg, person, written, label)
    return (await person.presses(label))["text"]


@pytest.fixture
async def sara(counted, sara):
    await sara.starts()
    await sara.sees("Hi")
    return sara


async def test_a_press_takes_effect_and_its_repeat_does_not(counted, tg, sara):
    token = minted(counted, sara)
    assert await pressed(counted, tg, sara, data(token)) == "Counted."
    assert await pressed(counted, tg, sara, data(token)) == i18n.say("en", "press-already")
    assert effects(counted) == 1
    assert len(await tg.calls(ANSWER)) == 2


async def test_a_button_that_may_be_pressed_again_takes_effect_each_time(counted, tg, sara):
    token = minted(counted, sara, AGAIN)
    for _ in range(3):
        assert await pressed(counted, tg, sara, data(token)) == "Counted."
    assert effects(counted) == 3


async def test_somebody_elses_button_is_named_as_such(counted, tg, sara):
    ben = await tg.person("Ben", language="en")
    foreign = minted(counted, ben)
    assert await pressed(counted, tg, sara, data(foreign)) == i18n.say("en", "press-foreign")
    assert effects(counted) == 0


async def test_whoever_may_press_the_buttons_of_others_does(counted, tg, sara):
    ben = await tg.person("Ben", language="en")
    now = clock.now()
    (token,) = buttons.mint(counted.db, [ButtonMeaning(ben.id, sara.id, COUNT)], now=now)

    async def shares(press):
        return press.person.id == sara.id

    counted.intake.actions.shares = shares
    assert await pressed(counted, tg, sara, data(token)) == "Counted."


async def test_what_is_a_persons_own_is_pressed_by_nobody_else(counted, tg, sara):
    ben = await tg.person("Ben", language="en")
    set_auto = ("settings-set", {"name": "auto", "value": True})
    meanings = [set_auto, ("data-delete", {}), ("history-page", {}), ("queue-cancel-all", {})]
    now = clock.now()
    tokens = buttons.mint(
        counted.db, [ButtonMeaning(ben.id, sara.id, *one) for one in meanings], now=now
    )

    async def shares(press):
        return True

    counted.intake.actions.shares = shares
    for token in tokens:
        assert await pressed(counted, tg, sara, data(token)) == i18n.say("en", "press-foreign")
    assert counted.db.all("SELECT 1 FROM preferences UNION ALL SELECT 1 FROM erasures") == []


async def test_an_old_button_offers_to_ask_again_and_that_acts_with_one_tap(counted, tg, sara):
    stale = minted(counted, sara, age=LASTS + 1)
    assert await pressed(counted, tg, sara, data(stale)) == i18n.say("en", "press-stale")
    offer = await sara.sees("too old")
    assert (await sara.presses("🔁 Ask again", offer))["text"] == "Counted."
    assert (await sara.presses("🔁 Ask again", offer))["text"] == i18n.say("en", "press-already")
    assert effects(counted) == 1


async def test_an_old_button_pressed_often_offers_once(counted, tg, sara):
    stale = minted(counted, sara, age=LASTS + 1)
    for _ in range(5):
        await pressed(counted, tg, sara, data(stale))
    await counted.rests()
    assert len([m for m in await sara.chat() if "too old" in m.text]) == 1


async def test_a_button_that_nobody_knows_any_more_is_unknown(counted, tg, sara):
    gone = minted(counted, sara, age=LASTS + KNOWN + 1)
    assert await pressed(counted, tg, sara, data(gone)) == i18n.say("en", "unknown-button")


async def test_a_button_of_another_version_does_nothing(counted, tg, sara):
    strange = minted(counted, sara, "not-in-the-table")
    assert await pressed(counted, tg, sara, data(strange)) == i18n.say("en", "unknown-button")


async def test_an_effect_that_fails_leaves_its_button_unpressed_and_is_answered_once(
    counted, tg, sara, caplog
):
    def fails(press, button):
        runtime_settings.write(counted.db, COUNT, "7", now=clock.now())
        raise RuntimeError("broken")

    counted.intake.actions.add(ButtonAction("test-broken", fails))
    token = minted(counted, sara, "test-broken")
    assert "my fault" in (await pressed(counted, tg, sara, data(token)))
    found = buttons.find(counted.db, token, sara.id, chat=sara.id, now=clock.now())
    assert (found.fresh, effects(counted)) == (True, 0)
    assert len(await tg.calls(ANSWER)) == 1
    assert caplog.text.count("bot.failed") == 1


async def test_what_is_shown_after_an_effect_may_fail_and_the_press_is_answered_once(
    counted, tg, sara, caplog
):
    async def fails():
        raise RuntimeError("broken")

    row = ButtonAction("test-unshown", lambda press, button: PressAnswer("Done.", fails))
    counted.intake.actions.add(row)
    token = minted(counted, sara, row.name)
    assert await pressed(counted, tg, sara, data(token)) == "Done."
    await sara.sees("my fault")
    await counted.rests()
    assert len(await tg.calls(ANSWER)) == 1
    assert caplog.text.count("bot.failed") == 1


def test_two_effects_of_one_action_are_refused(counted):
    row = ButtonAction(COUNT, lambda press, button: PressAnswer())
    with pytest.raises(ValueError, match=COUNT):
        counted.intake.actions.add(row)


def forged(chance: random.Random, tokens: list[str]) -> str:
    """Data of a client that is not ours: made up, cut, changed, longer, or not its own."""
    token = chance.choice(tokens)
    at = chance.randrange(len(token))
    return chance.choice(
        [
            PREFIX,
            PREFIX + token[:at],
            PREFIX + token[:at] + chance.choice("-_aZ9\x00\ufffd۱ '\"") + token[at + 1 :],
            PREFIX + token + chance.choice("\n =:a"),
            PREFIX + secrets.token_urlsafe(chance.randrange(47)),
            PREFIX + "".join(chr(chance.randrange(1, 0x10FFFF)) for _ in range(15)),
            PREFIX * chance.randrange(2, 30),
            PREFIX + token,
        ]
    )


async def test_ten_thousand_forged_replayed_cut_and_foreign_tokens_take_no_effect(
    counted, sara, caplog
):
    ben = Known(sara.id + 1, "en")
    chance = random.Random(11)
    done = [minted(counted, sara) for _ in range(20)]
    mine = Known(sara.id, "en")
    for token in done:
        counted.intake.actions.act(press_of(mine, data(token)), token, shared=False)
    tokens = [*done, *(minted(counted, ben) for _ in range(20))]
    tokens += [minted(counted, sara, age=LASTS + 1) for _ in range(20)]
    toasts = {i18n.say("en", key) for key in ("press-already", "press-stale", "press-foreign")}
    toasts.add(i18n.say("en", "unknown-button"))
    for _ in range(FUZZED):
        press = press_of(mine, forged(chance, tokens))
        told = counted.intake.actions.act(press, press.data.removeprefix(PREFIX), shared=False)
        assert told.toast in toasts
    assert effects(counted) == len(done)
    assert "bot.failed" not in caplog.text


async def test_forged_tokens_are_each_answered_once_in_telegram(counted, tg, sara, caplog):
    chance = random.Random(12)
    tokens = [minted(counted, Known(sara.id + 1)) for _ in range(5)]
    for number in range(1, 101):
        await counted.intake.on_press(
            press_of(Known(sara.id, "en"), forged(chance, tokens), number)
        )
    assert len(await tg.calls(ANSWER)) == 100
    assert effects(counted) == 0
    assert "bot.failed" not in caplog.text


def press_of(person: Known, written: str, number: int = 1) -> Press:
    return Press(number, person, person.id, 0, 1, written)
