"""What is set in one process holds in all of them with the next thing they do: a person's settings
and a group's are set in the bot and delivered by a worker, the operator's by a command."""

import time
from collections.abc import Awaitable, Callable

import pytest

from procs.texts import i18n
from tests.process.conftest import PATIENCE, gets
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]
UNDER_WAY = "SELECT id FROM requests WHERE user_id = :user AND state = 'open'"


async def sets(person: Person, page: str, value: str, language: str = "en") -> None:
    """Set one thing by the buttons of /settings."""
    title, label = i18n.say(language, f"set-{page}-title"), i18n.say(language, f"set-{value}")
    asked = await person.sends("/settings")
    menu = await person.sees(lambda m: m.id > asked.id and m.button(title), timeout=PATIENCE)
    await person.presses(title, menu)
    back = i18n.say(language, "set-back")
    shown = await person.sees_edit(menu, lambda m: m.button(back), timeout=PATIENCE)
    await person.presses(label, shown)


async def test_what_is_set_in_one_process_holds_in_all_with_the_next_media(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    link = healthy.url(f"{CLIP}?settings")
    assert (await gets(ann, await ann.sends(link))).text != ""
    # Telegram shows it before the worker has written that it is over: until then the same link is
    # on its way already.
    await healthy.until(lambda: not healthy.db.all(UNDER_WAY, {"user": ann.id}))
    group = await healthy.telegram.group(f"Quiet club of {ann.name}", ann)
    await group.admits(ann, "admin")
    here = ann.at(group)

    await sets(ann, "captions", "off")
    mine = await gets(ann, await ann.sends(link))
    await sets(here, "group-quiet", "on")
    ours = await gets(here, await here.sends(f"/dl {link}"))

    assert mine.text == ""
    assert (ours.silent, mine.silent) == (True, False)


async def test_what_the_operator_pauses_is_told_within_a_second(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    await healthy.says("pause", "--user", str(ann.id))
    began = time.monotonic()
    held = await ann.sends(healthy.url(f"{CLIP}?held={ann.id}"))
    try:
        told = await ann.sees(lambda m: m.reply == held.id and paused(m), timeout=PATIENCE)
        took = time.monotonic() - began
    finally:
        await healthy.says("resume", "--user", str(ann.id))
    await gets(ann, held)
    assert told.reply == held.id
    assert took < 5.0  # of which one second is ours, and the rest a busy machine's


def paused(message: Message) -> bool:
    return i18n.say("en", "paused-user")[:30] in message.text
