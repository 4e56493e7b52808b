"""What follows a delivery: its card once more, and the entries of a list that did not come."""

from procs.core import clock
from procs.errors import Gone
from procs.records import press_actions
from procs.records.job import Lane, Link
from procs.store import wake
from procs.store.requests import buttons, lists
from procs.store.requests.buttons import ButtonMeaning
from procs.telegram.chat.sender import OutgoingMessage
from tests.sandbox.bot_parts import Bot, Hands, until
from tests.sandbox.card_parts import PAGE, looks, told
from tests.sandbox.person import Message, Person, labels

FEED = "https://example.org/feed.xml"


async def delivered(bot: Bot, hands: Hands, person: Person) -> str:
    """A film is in the chat, and kept; the data of the button under it that opens its card."""
    await person.sends(f"{PAGE} best")
    await person.sees("In line")
    hands.fetches(hands.claim())
    request = hands.claim(Lane.LIGHT).delivery.request
    meaning = ButtonMeaning(person.id, person.id, press_actions.OPEN_CARD, {}, request)
    return buttons.mint(bot.db, [meaning], now=clock.now())[0]


async def test_the_card_of_what_was_sent_opens_though_its_usual_form_is_kept(bot, hands, sara):
    token = await delivered(bot, hands, sara)
    under = OutgoingMessage(sara.id, 0, "A film", 7, 0, [("🔁 Another form", f"b:{token}")])
    await bot.intake.replies.send(under)
    await sara.presses("Another form")
    await until(lambda: "look" in [it.variant for it in bot.requests() if it.state == "open"])

    assert looks(hands, told()) == 1

    card = await sara.sees(lambda m: m.button("720p"))
    await sara.presses("480p", card)
    assert hands.claim(Lane.HEAVY).link.variant == "480p"


async def listed(bot: Bot, hands: Hands, person: Person) -> Message:
    """Three entries of a list are on their way."""
    await person.sends(f"{FEED} mp3 1-3")
    status = await person.sees("In line")
    entries = [
        (n, Link(f"https://example.org/{n}", "example.org", f"url:{n}", "mp3")) for n in (1, 2, 3)
    ]
    lists.spread(bot.db, hands.claim(Lane.LOOK), entries, title="Feed", now=clock.now())
    wake.notify(bot.db.run, wake.BOT)
    return status


async def test_the_entries_that_failed_are_asked_for_anew_by_one_press(bot, hands, sara):
    status = await listed(bot, hands, sara)
    hands.fails(hands.claim(), Gone.say)
    hands.fetches(hands.claim())
    hands.delivers()
    hands.fails(hands.claim(), Gone.say)
    seen = await sara.sees_edit(status, lambda m: m.button("missing"))
    assert labels(seen) == ["🔁 The missing ones (2)"]
    await sara.presses("missing", seen)
    await until(lambda: any(one.state == "open" for one in bot.requests()))
    (again,) = [one for one in bot.requests() if one.state == "open"]
    assert (again.url, again.variant) == (FEED, "mp3#1,3")


async def test_who_joins_a_download_in_anothers_line_is_told_so(bot, hands, sara, tg):
    """Of three links two run, so that the third one waits for its person's other ones."""
    reza = await tg.person("Reza", language="en")
    await reza.sends(" ".join(f"https://example.org/{n}.mp4" for n in (1, 2, 3)))
    await reza.sees("3 links")
    for n in (7, 8):
        await sara.sends(f"https://example.org/{n}.mp4")
    await sara.sees(lambda m: "8.mp4" in m.text)
    await sara.sends("https://example.org/3.mp4")
    shown = await sara.sees(lambda m: "3.mp4" in m.text)
    assert "In line with somebody who asked for this before you" in shown.text
