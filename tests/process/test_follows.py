"""Following with the whole product: what is new of a list comes by itself, once to each follower,
whoever is killed in between."""

from collections.abc import Awaitable, Callable

import pytest

from procs.store.follows import follows
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]

FEED = 4100
PAGE = f"/growing/{FEED}/feed.xml"
BEGUN = """
SELECT 1 FROM sources s WHERE s.url LIKE :page AND s.looked_at IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM follows f WHERE f.source = s.id AND f.told IS NULL)
   AND 2 = (SELECT COUNT(*) FROM follows f WHERE f.source = s.id)
"""
LOOKING = "SELECT 1 FROM sources WHERE url LIKE :page AND job IS NOT NULL"
FETCHES = "SELECT COUNT(*) FROM jobs WHERE kind = 'fetch' AND payload LIKE '%/episode/4102/%'"
SOURCES = "SELECT COUNT(*) FROM sources WHERE url LIKE :page"
WHERE = {"page": f"%{PAGE}"}


async def test_a_new_entry_comes_once_to_each_follower_though_keeper_and_worker_are_killed(
    healthy: Stack, meets: Meets
) -> None:
    ann, reza = await meets(), await meets("fa")
    shown = await ann.sends(healthy.url(PAGE))
    card = await ann.sees(lambda m: m.reply == shown.id and "Episode 4101" in m.text)
    pressed = await ann.presses("🔔", card)
    await reza.sends(f"/follow {healthy.url(PAGE)}")
    await reza.sees(lambda m: "حواسم بهش هست" in m.text)
    await healthy.until(lambda: healthy.db.one(BEGUN, WHERE))

    await healthy.grows(FEED)
    await healthy.until(lambda: healthy.db.one(LOOKING, WHERE))
    healthy.kill(healthy.pid("keeper"))
    for person in (ann, reza):
        await person.sees(lambda m: m.media and "4102" in m.text, timeout=60)
    await healthy.grows(FEED)
    await healthy.until(lambda: healthy.db.one(LOOKING, WHERE))
    for worker in healthy.serving():
        healthy.kill(worker.pid)
    for person in (ann, reza):
        await person.sees(lambda m: m.media and "4103" in m.text, timeout=90)

    assert pressed["text"].startswith("🔔")
    assert "🔔 A feed" in (await ann.sees(lambda m: m.media and "4103" in m.text)).text
    assert [await films(person) for person in (ann, reza)] == [["4102", "4103"]] * 2
    assert healthy.db.all(FETCHES) == [(1,)], "one download for both"
    assert healthy.db.all(SOURCES, WHERE) == [(1,)], "one look for both"
    _, said = await healthy.says("status")
    assert "1 list followed" in said
    for person in (ann, reza):
        follows.leave(healthy.db, person.id)


async def films(person: Person) -> list[str]:
    """The episodes that came, the first first."""
    chat: list[Message] = await person.history()
    return sorted(m.text.splitlines()[0].removeprefix("Episode ") for m in chat if m.media)
