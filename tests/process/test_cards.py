"""Cards with the whole product: a link, its card, a press, the media; and nothing twice."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from tests.process.conftest import PATIENCE, got
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import Stack
from tests.sandbox.telegram.desk import Refused

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]

#: A film in two qualities: what is read of it to know that, and the parts of one of them.
PAGE, MASTER = "/page/hls.html", "/hls/master.m3u8"
#: What the bot has noted that it showed a person.
SHOWN = "SELECT shown FROM requests WHERE user_id = :user"


async def card_of(stack: Stack, person: Person, query: str) -> tuple[Message, Message]:
    sent = await person.sends(stack.url(f"{PAGE}?{query}"))
    card = await person.sees(lambda m: m.reply == sent.id and m.button("🎧"), timeout=PATIENCE)
    return sent, card


async def film(person: Person, sent: Message) -> Message:
    return await person.sees(lambda m: m.media and m.reply == sent.id, timeout=PATIENCE)


async def test_a_choice_from_a_card_asks_the_site_for_nothing_but_the_media(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    sent, card = await card_of(healthy, ann, "hits")
    pages, masters = await healthy.asked(PAGE), await healthy.asked(MASTER)

    await ann.presses("180p", card)

    assert (await film(ann, sent)).kind == "video"
    assert await healthy.asked(PAGE) == pages
    assert await healthy.asked(MASTER) == masters
    await ann.sees_gone(card)
    assert len(await got(ann, sent)) == 1


async def test_a_card_has_the_picture_of_the_site_in_its_one_message(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    sent = await ann.sends(healthy.url("/page/chapters.html?picture"))
    card = await ann.sees(lambda m: m.reply == sent.id and m.kind == "photo", timeout=PATIENCE)
    assert card.text.startswith("🎬 A film in chapters")

    await ann.presses("360p", card)

    await ann.sees(lambda m: m.reply == sent.id and m.kind == "video", timeout=PATIENCE)
    await ann.sees_gone(card)
    assert len([m for m in await ann.history() if m.reply == sent.id]) == 2


async def test_what_has_no_choice_comes_without_a_card_at_one_look(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    page = "/page/post.html"
    before = await healthy.asked(page)
    sent = await ann.sends(healthy.url(f"{page}?card"))

    await film(ann, sent)

    assert await healthy.asked(page) == before + 1
    assert not any(m.button("❌ Never mind") for m in await ann.history())


async def test_a_press_survives_the_death_of_the_bot_before_its_effect(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    sent, card = await card_of(healthy, ann, "killed")
    # Else the next bot writes the card once more, and starts soon enough to do so within a second.
    await healthy.until(lambda: healthy.db.all(SHOWN, {"user": ann.id}) == [(card.text,)])
    pid = healthy.pid("bot")
    healthy.kill(pid)
    pressing = asyncio.ensure_future(ann.presses("360p", card, patience=3))
    await healthy.until(lambda: healthy.pid("bot") not in (0, pid))
    with suppress(Refused, TimeoutError, AssertionError):
        await pressing
    while state(healthy, ann)[0] == "choosing":
        with suppress(Refused):  # the bot is not up yet
            await ann.presses("360p", card)

    await film(ann, sent)
    await healthy.until(lambda: state(healthy, ann) == ("delivered", "360p"))
    assert len(await got(ann, sent)) == 1


@pytest.mark.long
async def test_a_press_and_the_death_of_all_who_could_carry_it_bring_one_film(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    sent, card = await card_of(healthy, ann, "carried")
    hold = await healthy.telegram.holds("messages.setBotCallbackAnswer")
    pressing = asyncio.ensure_future(ann.presses("360p", card, patience=3))
    await hold.reached(30)  # chosen, and not yet answered

    for worker in healthy.workers():
        healthy.kill(worker.pid)
    healthy.kill(healthy.pid("bot"))
    await hold.release()
    with suppress(Refused, TimeoutError, AssertionError):
        await pressing

    await film(ann, sent)
    await healthy.until(lambda: state(healthy, ann) == ("delivered", "360p"))
    assert len(await got(ann, sent)) == 1


def state(stack: Stack, person: Person) -> tuple[str, str]:
    row = stack.db.one(
        "SELECT state, variant FROM requests WHERE user_id = :user", {"user": person.id}
    )
    assert row is not None
    return row[0], row[1]
