"""Real processes killed at the worst moments: the person gets the media, exactly once."""

import signal
from collections.abc import Awaitable, Callable

import psutil
import pytest

from procs.store.health.workers import Worker
from tests import request_record
from tests.process.conftest import gets, got
from tests.sandbox.person import Person
from tests.sandbox.stack import CLIP, SLOW, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]


def carrier(stack: Stack, person: Person) -> Worker | None:
    """The living worker that has this person's latest request in hand."""
    name = next(row.worker for row in request_record.latest(stack.db) if row.user == person.id)
    return next((worker for worker in stack.workers() if worker.name == name), None)


async def kill_carrier(stack: Stack, person: Person) -> Worker:
    worker: Worker = await stack.until(lambda: carrier(stack, person))
    stack.kill(worker.pid)
    return worker


def state(stack: Stack, person: Person) -> str:
    return next(row.state for row in request_record.latest(stack.db) if row.user == person.id)


async def delivered(stack: Stack, person: Person) -> None:
    await stack.until(lambda: state(stack, person) == "delivered")


async def test_a_worker_killed_while_downloading(healthy: Stack, meets: Meets) -> None:
    ann = await meets()
    sent = await ann.sends(healthy.url(f"{SLOW}?rate=300000&n=1"))
    await ann.sees(lambda m: m.reply == sent.id and "Downloading" in m.text)

    await kill_carrier(healthy, ann)

    await gets(ann, sent)
    await delivered(healthy, ann)
    assert len(await got(ann, sent)) == 1


def killed_with(stack: Stack, worker: Worker) -> dict[str, int]:
    """The pids of a worker, of its nursery and of the child that downloads."""
    forks = {
        one.pid: one.ppid()
        for one in psutil.process_iter(["cmdline"])
        if "procs.engine.nursery.main" in (words := one.info["cmdline"] or ())
        and any(str(stack.home) in word for word in words)
    }
    child = next(pid for pid, parent in forks.items() if parent in forks)
    return {"worker": worker.pid, "nursery": forks[child], "child": child}


def came(stack: Stack) -> int:
    """Bytes of the largest download that is under way."""
    files = (stack.state / "jobs").glob("*/media-*.part")
    return max((one.stat().st_size for one in files), default=0)


@pytest.mark.parametrize("whom", ["worker", "nursery", "child"])
async def test_a_killed_download_goes_on_from_what_came(
    healthy: Stack, meets: Meets, whom: str
) -> None:
    ann = await meets()
    path, size = f"/episode/71{len(whom)}/clip.mp4", 24 << 20
    sent = await ann.sends(healthy.url(f"{path}?pad={size}&rate={6 << 20}"))
    await healthy.until(lambda: came(healthy) >= size * 9 // 10)

    worker: Worker = await healthy.until(lambda: carrier(healthy, ann))
    healthy.kill(killed_with(healthy, worker)[whom])

    await gets(ann, sent)
    await delivered(healthy, ann)
    assert len(await got(ann, sent)) == 1
    assert (await healthy.counted(path))["first"] >= size * 9 // 10 - 1


async def test_a_worker_killed_while_uploading(healthy: Stack, meets: Meets) -> None:
    ann = await meets()
    await healthy.telegram.throttles(150_000)
    before = len(await healthy.telegram.calls("upload.*"))
    sent = await ann.sends(healthy.url(f"{CLIP}?upload"))
    await healthy.telegram.called("upload.*", times=before + 1)
    asked = await healthy.asked(CLIP)

    await kill_carrier(healthy, ann)

    await healthy.telegram.throttles(0)
    await gets(ann, sent)
    await delivered(healthy, ann)
    assert len(await got(ann, sent)) == 1
    assert await healthy.asked(CLIP) == asked  # the next one uploads what was ready


async def test_a_worker_killed_between_send_and_commit(healthy: Stack, meets: Meets) -> None:
    ann = await meets()
    hold = await healthy.telegram.holds("messages.sendMedia", done=True)
    sent = await ann.sends(healthy.url(f"{CLIP}?commit"))
    await hold.reached(30)

    await kill_sender(healthy, ann)

    await hold.release()
    await delivered(healthy, ann)
    sends = await healthy.telegram.calls("messages.sendMedia", peer=ann.id)
    assert len(await got(ann, sent)) == 1
    assert len(sends) == 2
    assert len({call["random_id"] for call in sends}) == 1


async def kill_sender(stack: Stack, person: Person) -> None:
    """Kill whoever holds the lease of this person's delivery."""
    row = stack.db.one(
        "SELECT j.worker FROM requests r JOIN jobs j ON j.id = r.job "
        "WHERE r.user_id = :user AND j.state = 1",
        {"user": person.id},
    )
    assert row is not None
    stack.kill(next(worker.pid for worker in stack.workers() if worker.id == row[0]))


async def test_a_bot_killed_answers_what_came_meanwhile_once(healthy: Stack, meets: Meets) -> None:
    ann = await meets()
    pid = healthy.pid("bot")
    healthy.kill(pid)
    sent = await ann.sends(healthy.url(CLIP))

    await healthy.until(lambda: healthy.pid("bot") not in (0, pid))

    await gets(ann, sent)
    await delivered(healthy, ann)
    answers = [m for m in await ann.history() if m.reply == sent.id and not m.media]
    assert len(await got(ann, sent)) == 1
    assert len(answers) <= 1


async def test_a_bot_killed_between_commit_and_answer_answers_once(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    hold = await healthy.telegram.holds("messages.sendMessage", done=True)
    sent = await ann.sends(healthy.url(f"{CLIP}?answer"))
    await hold.reached(30)

    healthy.kill(healthy.pid("bot"))

    await hold.release()
    await gets(ann, sent)
    await delivered(healthy, ann)
    answers = [m for m in await ann.history() if m.reply == sent.id and not m.media]
    assert len(answers) == 1
    await ann.sees_gone(answers[0], timeout=30)


@pytest.mark.parametrize("done", [False, True])
async def test_a_bot_killed_over_a_known_media_lets_it_come_once(
    healthy: Stack, meets: Meets, done: bool
) -> None:
    bob, ann, page = await meets(), await meets(), healthy.url(f"{CLIP}?known-{done}")
    await gets(bob, await bob.sends(page))
    hold = await healthy.telegram.holds("messages.sendMedia", done=done)
    sent = await ann.sends(page)
    await hold.reached(30)

    healthy.kill(healthy.pid("bot"))

    await hold.release()
    await gets(ann, sent)
    await delivered(healthy, ann)
    assert len(await got(ann, sent)) == 1


async def test_a_keeper_killed_is_replaced_and_nobody_notices(healthy: Stack, meets: Meets) -> None:
    ann = await meets()
    pid = healthy.pid("keeper")
    healthy.kill(pid)

    sent = await ann.sends(healthy.url(CLIP))

    await gets(ann, sent)
    await healthy.until(lambda: healthy.pid("keeper") not in (0, pid))


async def test_one_term_lets_a_running_download_finish(healthy: Stack, meets: Meets) -> None:
    ann = await meets()
    sent = await ann.sends(healthy.url(f"{SLOW}?rate=400000&n=2"))
    await ann.sees(lambda m: m.reply == sent.id and "Downloading" in m.text)
    worker: Worker = await healthy.until(lambda: carrier(healthy, ann))

    healthy.kill(worker.pid, signal.SIGTERM)

    await gets(ann, sent)
    await delivered(healthy, ann)
    assert attempts(healthy, ann) == [1]


async def test_a_second_term_gives_the_download_to_another_worker(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    sent = await ann.sends(healthy.url(f"{SLOW}?rate=200000&n=3"))
    await ann.sees(lambda m: m.reply == sent.id and "Downloading" in m.text)
    worker: Worker = await healthy.until(lambda: carrier(healthy, ann))
    healthy.kill(worker.pid, signal.SIGTERM)
    await healthy.until(lambda: worker_state(healthy, worker) == "draining")

    healthy.kill(worker.pid, signal.SIGTERM)

    await healthy.until(lambda: carrier(healthy, ann) not in (None, worker))
    await gets(ann, sent)
    assert attempts(healthy, ann) == [1]


def worker_state(stack: Stack, worker: Worker) -> str:
    return next((one.state for one in stack.workers() if one.id == worker.id), "gone")


def attempts(stack: Stack, person: Person) -> list[int]:
    """How often this person's downloads were begun."""
    rows = stack.db.all(
        "SELECT attempt FROM jobs WHERE user_id = :user AND kind = 'fetch'", {"user": person.id}
    )
    return [row[0] for row in rows]


async def test_no_file_is_left_behind(healthy: Stack, meets: Meets) -> None:
    await healthy.until(lambda: not any((healthy.state / "jobs").iterdir()), patience=90)
