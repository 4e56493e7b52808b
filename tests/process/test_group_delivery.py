"""A group with the whole product: one message in the right place, or the right reason."""

from collections.abc import Awaitable, Callable

import pytest

from procs.core import clock
from procs.store.people import preferences
from procs.texts import i18n
from tests.process.conftest import PATIENCE
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import Stack
from tests.sandbox.telegram.group import Group

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]
CLIP = "/clip.mp4"


async def of_bot(person: Person) -> list[Message]:
    return [one for one in await person.chat() if one.author == person.desk.bot]


def is_film(message: Message) -> bool:
    return message.kind == "video"


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_a_link_in_a_topic_is_one_message_there_and_no_reaction_is_left(
    healthy: Stack, meets: Meets, language: str
) -> None:
    ann = await meets(language)
    forum = await healthy.telegram.group(f"Forum of {ann.name}", ann, forum=True)
    here = ann.at(forum, topic=await forum.opens_topic("News", ann))
    sent = await here.sends(f"/dl {healthy.url(CLIP)}")

    film = await here.sees(is_film, timeout=PATIENCE)

    assert (film.topic, film.reply) == (here.topic, sent.id)
    await here.sees_reaction(sent, "")
    assert [one.id for one in await of_bot(here)] == [film.id]


async def test_an_answer_to_somebodys_link_brings_it_silently_where_the_group_wants_that(
    healthy: Stack, meets: Meets
) -> None:
    ann, bob = await meets(), await meets("fa")
    group = await healthy.telegram.group(f"Film club of {ann.name}", ann, bob)
    preferences.change_group(healthy.db, group.chat_id, "quiet", True, now=clock.now())
    theirs = await ann.at(group).sends(f"look: {healthy.url(CLIP)}")
    here = bob.at(group)
    mine = await here.sends("@chapar_sandbox_bot", reply=theirs)

    film = await here.sees(is_film, timeout=PATIENCE)

    assert (film.reply, film.silent) == (mine.id, True)


async def muted(group: Group, bot: int) -> None:
    await group.restricts(bot, "send_messages")


async def thrown_out(group: Group, bot: int) -> None:
    await group.admits(bot, "banned")


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize(
    ("closes", "key"), [(muted, "failed-group-muted"), (thrown_out, "failed-group-left")]
)
async def test_a_group_that_is_closed_meanwhile_is_told_of_in_private(
    healthy: Stack, meets: Meets, closes: Callable[..., Awaitable[None]], key: str, language: str
) -> None:
    ann = await meets(language)
    group = await healthy.telegram.group(f"Film club of {ann.name}", ann)
    here = ann.at(group)
    await here.sends(f"/dl {healthy.url(f'/slow/clip.mp4?rate=250000&for={ann.id}')}")
    asked = "SELECT 1 FROM requests WHERE chat = :chat"
    await healthy.until(lambda: healthy.db.one(asked, {"chat": group.chat_id}))
    await closes(group, healthy.telegram.bot)

    told = await ann.sees(i18n.say(language, key), timeout=PATIENCE)

    assert "clip" in told.text


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_media_that_the_group_forbids_is_told_there_and_comes_in_private(
    healthy: Stack, meets: Meets, language: str
) -> None:
    ann = await meets(language)
    group = await healthy.telegram.group(f"Film club of {ann.name}", ann)
    await group.forbids("send_media")
    here = ann.at(group)
    await here.sends(f"/dl {healthy.url(CLIP)}")
    await here.sees(i18n.say(language, "failed-group-media"), timeout=PATIENCE)

    await ann.sends(healthy.url(CLIP))

    await ann.sees(is_film, timeout=PATIENCE)


async def test_what_is_larger_than_the_group_wants_it_is_told_with_both_sizes(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets("fa")
    group = await healthy.telegram.group(f"Film club of {ann.name}", ann)
    preferences.change_group(healthy.db, group.chat_id, "largest", 1024, now=clock.now())
    here = ann.at(group)
    sent = await here.sends(f"/dl {healthy.url(CLIP)}")

    told = await here.sees("این گروه تا", timeout=PATIENCE)

    assert told.reply == sent.id
    await here.sees_reaction(sent, "")
    assert not [one for one in await of_bot(here) if one.media]
