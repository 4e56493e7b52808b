"""What people read while something holds their request up, with the whole product."""

import signal
from collections.abc import Awaitable, Callable

import pytest

from procs.store.health.workers import Worker
from tests import request_record
from tests.process.conftest import gets, got
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]

#: The short film in about a minute and a half.
CRAWLING = "/slow/clip.mp4?rate=16000&stalls"
#: Seconds from the last beat to the word about it, and some for a busy machine.
NOTICED = 75.0


@pytest.mark.long
async def test_a_worker_that_stands_still_is_told_of_and_goes_on(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    sent = await ann.sends(healthy.url(CRAWLING))
    status = await ann.sees(lambda m: m.reply == sent.id and "Downloading" in m.text, timeout=60)
    worker = await healthy.until(lambda: carrier(healthy, "stalls"))

    healthy.kill(worker.pid, signal.SIGSTOP)
    try:
        await ann.sees_edit(status, "seems to be stuck", timeout=NOTICED)
    finally:
        healthy.kill(worker.pid, signal.SIGCONT)

    await ann.sees_edit(status, lambda m: "stuck" not in m.text, timeout=60)
    await ann.presses("Cancel", status)
    await ann.sees_edit(status, "Cancelled", timeout=60)


def carrier(stack: Stack, path: str) -> Worker | None:
    """The worker of the latest request for a path."""
    name = next((row.worker for row in request_record.latest(stack.db) if path in row.url), "")
    return next((worker for worker in stack.workers() if worker.name == name), None)


@pytest.mark.parametrize(
    ("scope", "words"),
    [((), "The bot is paused"), (("--user", "me"), "have paused your requests")],
)
async def test_a_pause_is_named_and_its_end_too(
    healthy: Stack, meets: Meets, scope: tuple[str, ...], words: str
) -> None:
    ann = await meets()
    named = tuple(str(ann.id) if word == "me" else word for word in scope)
    assert (await healthy.says("pause", *named))[0] == 0
    try:
        sent = await ann.sends(healthy.url(f"{CLIP}?paused={ann.id}"))
        told = await ann.sees(lambda m: m.reply == sent.id)
        assert words in told.text
    finally:
        assert (await healthy.says("resume", *named))[0] == 0
    await gets(ann, sent)
    assert len(await got(ann, sent)) == 1


async def test_several_links_of_one_message_are_told_of_in_one(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets("fa")
    links = [healthy.url(f"/small.mp4?together={ann.id}-{n}") for n in range(12)]
    sent = await ann.sends("\n".join([*links, healthy.url("/status/404")]))

    def last(chat: list[Message]) -> Message | None:
        answers = [m for m in chat if m.reply == sent.id and not m.media]
        done = len([m for m in chat if m.media and m.reply == sent.id]) == 12
        is_over = answers and not answers[0].button("❌")
        return answers[0] if done and is_over else None

    status = await ann.waits(last, 120, "never got twelve films and one last word")

    answers = [m for m in await ann.history() if m.reply == sent.id and not m.media]
    assert answers == [status]
    assert "۱۳ لینک · ۱۲ تا ارسال شد" in status.text
    assert status.text.count("❌") == status.text.count("E-") == 1
