"""What people expect of such a bot, each as a story with the whole product: the first contact, the
one message of a request, the delivery, the failures, a group. (The gate, the card, the limits and
the list have stories of their own.)"""

from collections.abc import Awaitable, Callable

import pytest

from procs.core import clock
from procs.store.people import preferences
from procs.texts import i18n
from tests.process.conftest import PATIENCE, gets, got
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]
#: Stages of a download as people read them.
STAGES = {"en": ("Downloading", "Cancel"), "fa": ("دانلود", "لغو")}


@pytest.mark.parametrize(("client", "other"), [("en", "fa"), ("fa", "en")])
async def test_first_contact_is_in_the_clients_language_and_a_press_changes_it(
    healthy: Stack, meets: Meets, client: str, other: str
) -> None:
    ann = await meets(client)
    hello = await ann.sees(i18n.say(client, "start", name=ann.name))
    await ann.presses({"fa": "فارسی", "en": "English"}[other], hello)
    await ann.sees_edit(hello, i18n.say(other, "start", name=ann.name))
    await ann.sends("/help")
    await ann.sees(i18n.say(other, "help", more="")[:30])


@pytest.mark.parametrize("language", ["en", "fa"])
async def test_a_request_has_one_message_through_its_life_and_leaves_the_media_alone(
    healthy: Stack, meets: Meets, language: str
) -> None:
    ann = await meets(language)
    loading, cancel = STAGES[language]
    slow = f"/slow/clip.mp4?rate=250000&life={ann.id}"
    sent = await ann.sends(healthy.url(slow))
    status = await ann.sees(lambda m: m.reply == sent.id, timeout=PATIENCE)
    assert status.button("❌")
    running = await ann.sees_edit(status, lambda m: loading in m.text, timeout=PATIENCE)
    assert running.button("❌"), cancel

    film = await gets(ann, sent)

    await ann.sees_gone(status, timeout=PATIENCE)
    left = [m for m in await ann.chat() if not m.mine and m.id > sent.id]
    assert [m.id for m in left] == [film.id]
    said = [m for m in await ann.history() if not m.mine and m.reply == sent.id]
    assert len(said) == 2  # the status and the media


async def test_a_delivery_says_what_it_is_and_has_its_next_forms_below(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets("fa")
    film = await gets(ann, await ann.sends(healthy.url(f"{CLIP}?delivery={ann.id}")))
    title, facts = film.text.splitlines()[:2]
    assert title
    assert "127.0.0.1" in facts
    assert set(facts) & set("۰۱۲۳۴۵۶۷۸۹")
    keys = ("media-mp3-button", "media-file-button", "media-form-button")
    shown = [one["text"] for row in film.buttons for one in row]
    assert shown[:3] == [i18n.say("fa", key) for key in keys]

    await ann.presses(i18n.say("fa", "media-form-button"), film)

    await ann.sees(lambda m: m.id > film.id and m.button("🎧"), timeout=PATIENCE)


@pytest.mark.parametrize("language", ["en", "fa"])
async def test_a_failure_says_what_and_what_next_with_a_code(
    healthy: Stack, meets: Meets, language: str
) -> None:
    ann = await meets(language)
    for path, key in (("/gone.mp4", "failed-no-file"), (f"{CLIP} 50:00-51:00", "failed-clip")):
        sent = await ann.sends(healthy.url(path.replace(".mp4", f".mp4?fails={ann.id}")))
        failed = await ann.sees(lambda m, n=sent.id: m.reply == n and "❌" in m.text, PATIENCE)
        why = i18n.catalogue(language)[key].split("{")[0].strip()[:20]
        assert why in failed.text, (why, failed.text)
        assert "E-" in failed.text
        assert failed.button("🔁")


async def test_a_group_is_served_by_command_by_name_and_by_every_link_where_it_wants_that(
    healthy: Stack, meets: Meets
) -> None:
    ann, bob = await meets("en"), await meets("fa")
    group = await healthy.telegram.group(f"Club of {ann.name}", ann, bob, bot="admin")
    here, there = ann.at(group), bob.at(group)
    name = "@chapar_sandbox_bot"
    await ann.at(group).sends(f"no word to the bot: {healthy.url(CLIP)}")
    first = await here.sends(f"/dl {healthy.url(f'{CLIP}?group={ann.id}')}")
    film = await gets(here, first)
    second = await there.sends(f"{name} {healthy.url(f'{CLIP}?group={ann.id}')}")
    await gets(there, second)
    await there.presses("mp3", film)
    assert not [m for m in await here.chat() if m.kind == "audio"]  # hers, and he is no admin
    told = await here.presses("mp3", film)
    assert told["text"] == i18n.say("en", "again-taken"), told
    await here.sees(lambda m: m.kind == "audio", timeout=PATIENCE)
    preferences.change_group(healthy.db, group.chat_id, "auto", True, now=clock.now())
    third = await there.sends(healthy.url(f"{CLIP}?group={ann.id}"))
    await gets(there, third)
    ours = [m for m in await here.history() if m.author == ann.desk.bot]
    assert len(ours) == 4, transcript(ours)
    assert [m.kind for m in await got(here, first)] == ["video", "audio"]


def transcript(messages: list[Message]) -> list[str]:
    return [m.text for m in messages]
