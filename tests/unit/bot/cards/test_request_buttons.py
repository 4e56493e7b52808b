"""Buttons under failures, and under links whose site is left alone: what a press of each does."""

import pytest

from procs.bot.status import wait_text
from procs.core import clock
from procs.core.clock import Now
from procs.errors import Gone, TooLarge
from procs.records.job import Lane, Media, Part, Reference
from procs.store import wake
from procs.store.jobs import leases
from procs.store.media import references
from procs.store.requests import buttons, requests
from procs.store.requests.buttons import Outcome
from procs.texts import i18n
from tests.sandbox.bot_parts import LINK, Bot, Hands
from tests.sandbox.person import Message, Person, labels

FILM = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
KEY = "youtube:dQw4w9WgXcQ"


def forms(bot: Bot) -> list[str]:
    """What is on the way, by the forms in which it was asked for."""
    open_ = [one for one in bot.requests() if one.state == "open"]
    return [one.variant for one in open_]


async def failed(hands: Hands, person: Person, say: str, *, link: str = LINK) -> Message:
    await person.sends(link)
    await person.sees("In line")
    hands.fails(hands.claim(), say)
    return await person.sees("E-")


async def test_a_failure_is_asked_for_anew_without_its_link(bot, hands, sara):
    status = await failed(hands, sara, Gone.say)
    told = await sara.presses("Try again", status)
    assert told["text"] == "On it."
    await sara.sees(lambda m: m.id > status.id and "In line" in m.text)
    assert forms(bot) == ["best"]


async def test_a_retry_that_is_pressed_twice_is_one_request(bot, hands, sara):
    status = await failed(hands, sara, Gone.say)
    await sara.presses("Try again", status)
    assert (await sara.presses("Try again", status))["text"] == "That is done already."
    assert forms(bot) == ["best"]


async def test_a_failure_of_size_offers_a_smaller_film_and_the_sound(bot, hands, sara):
    status = await failed(hands, sara, TooLarge.say, link=f"{LINK} 720")
    assert labels(status) == ["🔁 Try again", "🔽 Smaller: 480p", "🎧 Sound only"]
    await sara.presses("Smaller", status)
    assert forms(bot) == ["480p"]
    await sara.presses("Sound", status)
    assert forms(bot) == ["480p", "audio"]


async def test_other_failures_offer_only_the_same_again(bot, hands, sara):
    assert labels(await failed(hands, sara, Gone.say)) == ["🔁 Try again"]


async def test_a_sound_that_is_too_large_offers_no_sound(bot, hands, sara):
    assert labels(await failed(hands, sara, TooLarge.say, link=f"{LINK} mp3")) == ["🔁 Try again"]


async def test_a_button_of_another_acts_for_nobody(bot, hands, sara, tg):
    status = await failed(hands, sara, Gone.say)
    token = status.button("Try again")["data"].removeprefix("b:")
    reza = await tg.person("Reza")
    found = buttons.press(bot.db, token, reza.id, chat=reza.id, now=clock.now())
    assert (found.outcome, forms(bot)) == (Outcome.FOREIGN, [])


async def test_a_failure_long_after_the_question_is_a_message_that_is_heard(bot, hands, sara):
    await sara.sends(LINK)
    status = await sara.sees("In line")
    with bot.db.write():
        bot.db.change("UPDATE requests SET received_at = received_at - :ago", {"ago": 601})
    hands.fails(hands.claim(), Gone.say)
    word = await sara.sees("E-")
    assert word.id > status.id
    assert labels(word) == ["🔁 Try again"]
    await sara.sees_gone(status)


async def test_of_several_links_each_that_failed_can_be_asked_for_anew(bot, hands, sara):
    await sara.sends("https://example.org/1.mp4 https://example.org/2.mp4")
    status = await sara.sees("2 links")
    hands.fails(hands.claim(), Gone.say)
    hands.fails(hands.claim(), Gone.say)
    seen = await sara.sees_edit(status, lambda m: "🔁 2" in labels(m))
    assert labels(seen) == ["🔁 1", "🔁 2"]


# --- a site that is left alone ------------------------------------------------------------------


async def rests(bot: Bot, hands: Hands, person: Person, *, form: str = "720") -> Message:
    """A link that waits for its site."""
    await person.sends(f"{FILM} {form}")
    await person.sees("In line")
    lease = hands.claim()
    now = clock.now()
    leases.retry(bot.db, lease, delay=3600, now=now, error="breaker site-busy", free=True)
    wake.notify(bot.db.run, wake.BOT)
    return await person.sees("your request is kept")


async def test_a_link_whose_site_rests_can_wait_be_smaller_or_be_dropped(bot, hands, sara):
    status = await rests(bot, hands, sara)
    assert labels(status) == ["⏳ Wait", "🔽 480p instead", "❌ Drop it"]
    told = await sara.presses("Wait", status)
    assert told["text"].startswith("Your link is kept; I try again at ")
    assert forms(bot) == ["720p"]


async def test_a_smaller_form_takes_the_place_of_what_waits(bot, hands, sara):
    status = await rests(bot, hands, sara)
    await sara.presses("480p", status)
    await sara.sees_edit(status, "All right, the smaller one.")
    assert forms(bot) == ["480p"]


async def test_a_smaller_form_that_is_kept_comes_now(bot, hands, sara):
    part = Part(Reference("document", 1, 2, "ab"), "video", "clip.mp4", 3)
    kept = Media(KEY, "360p", "A clip", "youtube", FILM, (part,))
    references.save(bot.db, kept, keys={KEY}, now=clock.now())
    status = await rests(bot, hands, sara)
    await sara.presses("⚡ 360p now", status)
    assert hands.claim(Lane.LIGHT).delivery.media == 1


async def test_a_link_that_is_dropped_is_cancelled(bot, hands, sara):
    status = await rests(bot, hands, sara)
    await sara.presses("Drop", status)
    await sara.sees_edit(status, "Cancelled")
    assert forms(bot) == []


async def test_what_is_over_is_not_asked_for_in_another_form(bot, hands, sara):
    status = await rests(bot, hands, sara)
    (waiting,) = bot.requests()
    requests.cancel(bot.db, waiting.request, user=sara.id, now=clock.now())
    assert (await sara.presses("480p", status))["text"] == "That request is already over."
    assert forms(bot) == []


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_time_of_another_day_has_its_date(language):
    now = Now(boot=0.0, wall=1_795_910_400.0)
    hour = {"en": "00:00", "fa": "۰۳:۳۰"}[language]
    assert wait_text.instant(language, now.wall + 3600, now) == i18n.hour(language, now.wall + 3600)
    there = wait_text.instant(language, now.wall + 86400, now)
    assert there.startswith(i18n.hour(language, now.wall + 86400) + " · ")
    assert hour in there
