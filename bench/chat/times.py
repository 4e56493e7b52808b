"""What people wait for, and what a delivery costs, on the whole stack.

link → card while every room for downloads is taken · press → answer · site hits of a choice ·
inline query → kept media · messages of one delivery
"""

import time
from typing import Any

from bench.chat.goals import at
from bench.foundation import meets, running
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP, SLOW, Stack

#: How often each thing is done.
CARDS, QUERIES, DELIVERIES = 40, 40, 5
#: Downloads that go on for as long as cards are asked for, and how many run at once.
BUSY, ROOMS = 16, 8
#: A film in two qualities: its page, and what is read of it to know that.
PAGE, MASTER = "/page/hls.html", "/hls/master.m3u8"
PATIENCE = 60.0


async def measure() -> dict[str, float]:
    """All figures by their names, on one stack."""
    async with Stack(judged=False) as stack:
        await stack.telegram.botfather(inline=True, feedback=True)
        figures = await deliveries(stack)
        figures |= await choice(stack)
        figures |= await inline(stack)
        figures |= await cards(stack)
    stack.remove()
    return figures


async def card_of(stack: Stack, person: Person, query: str) -> Message:
    """The card that answers a link to the page with two qualities."""
    sent = await person.sends(stack.url(f"{PAGE}?{query}"))
    return await person.sees(lambda m: m.reply == sent.id and m.button("🎧"), timeout=PATIENCE)


async def film(person: Person, sent: int) -> Message:
    """The media that answers a message."""
    return await person.sees(lambda m: m.media and m.reply == sent, timeout=PATIENCE)


async def cards(stack: Stack) -> dict[str, float]:
    """From a link to its card, and from a press to its answer."""
    for number in range(BUSY):
        busy_one = await stack.telegram.person(f"Busy {number}")
        await busy_one.starts()
        await busy_one.sends(stack.url(f"{SLOW}?rate=5000&n={number}"))
    await stack.until(lambda: running(stack) >= ROOMS)
    took, pressed = [], []
    for number in range(CARDS):
        person = await meets(stack, f"Asker {number}")
        began = time.monotonic()
        card = await card_of(stack, person, f"n={number}")
        took.append(time.monotonic() - began)
        pressed.append(await answered(person, card, "ℹ️"))
    figures = {"card_p50_s": at(took, 0.5), "card_p95_s": at(took, 0.95)}
    return {**figures, "press_p95_ms": 1000 * at(pressed, 0.95)}


async def answered(person: Person, card: Message, label: str) -> float:
    """Seconds from a press to its answer."""
    began = time.monotonic()
    await person.presses(label, card)
    return time.monotonic() - began


async def choice(stack: Stack) -> dict[str, float]:
    """What a choice asks the site for besides the media itself."""
    person = await meets(stack, "Chooser")
    card = await card_of(stack, person, "choice")
    before = await stack.asked(PAGE) + await stack.asked(MASTER)
    await person.presses("180p", card)
    await film(person, card.reply)
    after = await stack.asked(PAGE) + await stack.asked(MASTER)
    return {"choice_asks_site": float(after - before)}


async def inline(stack: Stack) -> dict[str, float]:
    """From "@bot link" in another chat to the kept media."""
    person = await meets(stack, "Sharer")
    await film(person, (await person.sends(stack.url(CLIP))).id)
    there = person.at(await stack.telegram.person("A friend"))
    took = []
    for _ in range(QUERIES):
        began = time.monotonic()
        results = await there.inline(stack.url(CLIP))
        took.append(time.monotonic() - began)
        assert results[0].media == "video", results[0]
    return {"inline_kept_p95_ms": 1000 * at(took, 0.95)}


async def deliveries(stack: Stack) -> dict[str, float]:
    """Messages that the bot sends for one media: with a card in private, and in a group."""
    person = await meets(stack, "Receiver")
    private = [await sent_for(stack, person, f"p{n}", "") for n in range(DELIVERIES)]
    here = person.at(await stack.telegram.group("Film club", person))
    group = [await sent_for(stack, here, f"g{n}", "/dl ") for n in range(DELIVERIES)]
    return {
        "messages_per_delivery_private": max(private),
        "messages_per_delivery_group": max(group),
    }


async def sent_for(stack: Stack, person: Person, query: str, words: str) -> float:
    """How many messages of ours answer one link, with the choice on its card where no `words` make
    one."""
    sent = await person.sends(f"{words}{stack.url(f'{PAGE}?{query}')}")
    if not words:
        found = await person.sees(lambda m: m.reply == sent.id and m.button("🎧"), timeout=PATIENCE)
        await person.presses("180p", found)
    await film(person, sent.id)
    ours: list[Any] = [m for m in await person.history() if m.author == person.desk.bot]
    return float(len([m for m in ours if m.reply == sent.id]))
