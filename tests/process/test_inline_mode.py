"""Inline mode and search with the whole product: in a chat where the bot is not, and over kills."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from tests.process.conftest import PATIENCE
from tests.sandbox.person import Message, Person
from tests.sandbox.search_engine import SearchingStack
from tests.sandbox.stack import CLIP, SLOW, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack() -> AsyncIterator[Stack]:
    async with SearchingStack(search="youtube,soundcloud") as stack:
        await stack.telegram.botfather(inline=True, feedback=True)
        yield stack
    stack.remove()


async def with_friend(stack: Stack, meets: Meets) -> tuple[Person, Person]:
    """Somebody, and the same in a chat with a friend."""
    ann = await meets()
    return ann, ann.at(await stack.telegram.person("A friend"))


async def chosen(person: Person, query: str) -> Message:
    return await person.chooses((await person.inline(query))[0])


async def becomes_media(person: Person, sent: Message) -> Message:
    return await person.sees_edit(sent, lambda m: m.media, timeout=PATIENCE)


async def test_a_link_becomes_its_media_once_and_is_kept_for_the_next(
    healthy: Stack, meets: Meets
) -> None:
    _, there = await with_friend(healthy, meets)
    link = healthy.url(f"{CLIP}?inline")
    sent = await chosen(there, link)
    media = await becomes_media(there, sent)
    kept = await there.inline(link)
    again = await there.chooses(kept[0])

    assert (media.kind, kept[0].media, again.kind) == ("video", "video", "video")
    assert [m.id for m in await there.chat() if m.media] == [sent.id, again.id]


@pytest.mark.long
async def test_a_worker_that_is_killed_before_the_edit_is_followed_by_another(
    healthy: Stack, meets: Meets
) -> None:
    _, there = await with_friend(healthy, meets)
    sent = await chosen(there, healthy.url(f"{SLOW}?rate=60000"))
    await there.sees_edit(sent, lambda m: "%" in m.text, timeout=PATIENCE)
    for worker in healthy.serving():
        healthy.kill(worker.pid)
    media = await becomes_media(there, sent)
    assert [m.id for m in await there.chat() if m.media] == [media.id]


@pytest.mark.long
async def test_a_bot_that_is_killed_after_the_choice_loses_and_doubles_nothing(
    healthy: Stack, meets: Meets
) -> None:
    _, there = await with_friend(healthy, meets)
    sent = await chosen(there, healthy.url(f"{SLOW}?rate=70000"))
    await healthy.until(lambda: requests(healthy, "rate=70000"))
    healthy.kill(healthy.pid("bot"))
    media = await becomes_media(there, sent)

    assert (len(requests(healthy, "rate=70000")), media.id) == (1, sent.id)
    assert [one["data"] for row in media.buttons for one in row] == [None]  # a link to its forms


def requests(stack: Stack, words: str) -> list[tuple[object, ...]]:
    sql = "SELECT id FROM requests WHERE url LIKE :like AND inline_message IS NOT NULL"
    return stack.db.all(sql, {"like": f"%{words}%"})


async def test_words_become_results_at_two_sites_and_a_song_arrives(
    healthy: Stack, meets: Meets
) -> None:
    ann, _ = await with_friend(healthy, meets)
    await ann.sends("cat films")
    films = await ann.sees(lambda m: m.button("cat films film 1"), timeout=PATIENCE)
    await ann.presses("SoundCloud", films)
    songs = await ann.sees(lambda m: m.button("cat films song 1"), timeout=PATIENCE)
    await ann.presses("song 2", songs)

    assert (await ann.sees(lambda m: m.media, timeout=PATIENCE)).reply == songs.id


@pytest.mark.long
async def test_words_in_another_chat_are_searched_for_once(healthy: Stack, meets: Meets) -> None:
    _, there = await with_friend(healthy, meets)
    before = await healthy.asked("/youtubei/v1/search")
    found = await there.inline("dog films")
    more = await there.inline("dog films", found.next_offset)

    assert [one.title for one in found.results][:2] == ["dog films film 1", "dog films film 2"]
    assert (len(more), await healthy.asked("/youtubei/v1/search") - before) == (2, 1)
