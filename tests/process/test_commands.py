"""The sysadmin's commands while the real stack works for people."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from procs.store.jobs import pauses
from procs.store.reports import job_record
from procs.store.reports.job_record import JobRecord
from tests import request_record
from tests.process.conftest import gets, got
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP, SLOW, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]

PEOPLE = 4
#: The bot's, and one for each slot: two that serve and the spare's.
SESSIONS = 4
#: An upgrade with which no worker starts. Python runs `sitecustomize` before anything else.
BROKEN = "import os, sys\nif 'procs.worker' in sys.orig_argv: os._exit(1)\n"
#: Seconds between two counts of who serves.
COUNT = 0.02


@pytest.fixture(autouse=True)
async def nothing_stays_paused(healthy: Stack) -> object:
    yield
    for scope, _, _ in pauses.listed(healthy.db):
        kind, _, name = scope.partition(":")
        await healthy.says("resume", *([f"--{kind}", name] if name else []))


async def downloads(stack: Stack, person: Person, path: str) -> Message:
    """A link sent, and its download begun."""
    sent = await person.sends(stack.url(path))
    await person.sees(lambda m: m.reply == sent.id and "Downloading" in m.text)
    return sent


def jobs_of(stack: Stack, person: Person) -> list[JobRecord]:
    """A person's jobs, the oldest first."""
    return [job for job in reversed(job_record.latest(stack.db)) if job.user == person.id]


def state_of(stack: Stack, person: Person) -> str:
    """The state of a person's latest job."""
    found = jobs_of(stack, person)
    return found[-1].state.name if found else ""


async def fails(stack: Stack, person: Person) -> tuple[Message, str]:
    """A link that leads nowhere, and the code that the person is given."""
    sent = await person.sends(stack.url("/nothing-here.mp4"))
    told = await person.sees(lambda m: m.reply == sent.id and "E-" in m.text)
    return sent, re.findall(r"E-\w{4}", told.text)[0]


async def test_people_find_the_menu_of_commands_in_both_languages(healthy: Stack) -> None:
    await healthy.telegram.called("bots.setBotCommands", times=2)
    told = await healthy.telegram.do("bot", token="", username="")
    assert set(told["commands"]) == {"", "fa"}


async def test_a_drain_waits_for_what_runs_and_starts_nothing(healthy: Stack, meets: Meets) -> None:
    ann, ben = await meets(), await meets()
    first = await downloads(healthy, ann, f"{SLOW}?rate=300000&drain")
    drain = await healthy.command("drain", to=asyncio.subprocess.PIPE)
    assert drain.stdout is not None
    assert b"nothing new starts" in await drain.stdout.readline()
    assert b"waiting for job" in await drain.stdout.readline()
    second = await ben.sends(healthy.url(f"{CLIP}?drain"))
    out, _ = await drain.communicate()

    assert drain.returncode == 0
    assert out.decode().splitlines()[-1] == "drained: no job runs"
    await healthy.until(lambda: state_of(healthy, ben) == "QUEUED")
    assert [(job.kind, job.state.name) for job in jobs_of(healthy, ann)] == [
        ("fetch", "DONE"),
        ("deliver", "QUEUED"),
    ]
    assert "PAUSED: the whole system" in (await healthy.says("status"))[1]

    assert (await healthy.says("resume"))[0] == 0
    await asyncio.gather(gets(ann, first), gets(ben, second))


async def test_a_drain_that_takes_too_long_says_for_whom(healthy: Stack, meets: Meets) -> None:
    ann = await meets()
    sent = await downloads(healthy, ann, f"{SLOW}?rate=300000&late")

    code, said = await healthy.says("drain", "--timeout", "0.3")

    assert code == 1
    assert re.search(r"after 0.3 s there still runs: job \d+ \(fetch 127", said)
    await healthy.says("resume")
    await gets(ann, sent)


async def test_a_paused_site_holds_its_links_and_lets_others_through(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    assert (await healthy.says("pause", "--site", "127.0.0.1"))[0] == 0
    held = await ann.sends(healthy.url(f"{CLIP}?held"))
    other = healthy.url(f"{CLIP}?let").replace("127.0.0.1", "localhost")

    through = await ann.sends(other)

    await gets(ann, through)
    assert await got(ann, held) == []
    assert jobs_of(healthy, ann)[0].state.name == "HELD"
    await healthy.says("resume", "--site", "127.0.0.1")
    await gets(ann, held)


async def test_why_tells_a_failure_and_retry_tries_it_again(healthy: Stack, meets: Meets) -> None:
    ann = await meets()
    _, code = await fails(healthy, ann)

    _, story = await healthy.says("why", code)
    assert "last error: no-such-file" in story
    assert words(story) == ["added", "claimed", "failed"]

    exit_code, said = await healthy.says("retry", code)
    assert (exit_code, said.split()[2:5]) == (0, ["is", "tried", "again"])
    again = await ann.sees(lambda m: "E-" in m.text and code not in m.text)
    _, story = await healthy.says("why", re.findall(r"E-\w{4}", again.text)[0])
    assert words(story)[3:] == ["revived", "queued", "claimed", "failed"]


def words(story: str) -> list[str]:
    """The events that `chapar why` told, in order."""
    return re.findall(r"^\d{4}-\d\d-\d\d [\d:.]{12} +(?:\+[\d.]+ +)?(\w[\w-]+)", story, re.M)


async def test_a_cancelled_download_stops_and_a_retry_delivers_it(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    sent = await downloads(healthy, ann, f"{SLOW}?rate=400000&cancel")
    job = jobs_of(healthy, ann)[-1]

    _, listed = await healthy.says("jobs")
    assert re.search(rf"^ *{job.id}  leased  fetch +{ann.id}  127\.0\.0\.1 ", listed, re.M)
    assert await healthy.says("cancel", str(job.id)) == (0, f"job {job.id} is cancelled\n")

    assert (await healthy.says("retry", str(job.id)))[0] == 0
    await gets(ann, sent)


@pytest.mark.long
async def test_a_rolling_restart_under_load(healthy: Stack, meets: Meets) -> None:
    people = [await meets() for _ in range(PEOPLE)]
    before = {one.title: one.pid for one in healthy.supervisor.processes()}
    await healthy.telegram.called("auth.importBotAuthorization", times=SESSIONS, timeout=30)
    sign_ins = await healthy.telegram.sign_ins()
    over = asyncio.Event()
    counting = asyncio.create_task(fewest(healthy))
    working = asyncio.gather(*(busy(healthy, person, over) for person in people))

    code, said = await healthy.says("rolling-restart")

    over.set()
    arrived = await working
    counting.cancel()
    after = {one.title: one.pid for one in healthy.supervisor.processes()}
    posts, serving = await counting
    assert code == 0, said
    assert said.splitlines()[-1] == "every process is fresh"
    assert [title for title in before if after[title] in (0, before[title])] == []
    assert posts >= 2
    assert serving >= 1
    assert min(arrived) >= 1
    assert await healthy.telegram.sign_ins() == sign_ins
    await healthy.until(lambda: {states(healthy, person) for person in people} == {"delivered"})


async def test_a_rolling_restart_without_a_spare_is_refused(healthy: Stack) -> None:
    title = "worker:worker-00"
    before = {one.title: one.pid for one in healthy.supervisor.processes() if one.title != title}
    await asyncio.to_thread(healthy.supervisor.call, "stopProcess", title)

    code, said = await healthy.says("rolling-restart")

    after = {one.title: one.pid for one in healthy.supervisor.processes() if one.title != title}
    assert (code, after) == (1, before)
    assert said.startswith(f"chapar: {title} is STOPPED: nothing more is restarted; see ")
    await asyncio.to_thread(healthy.supervisor.call, "startProcess", title)


async def test_a_rolling_restart_stops_at_what_cannot_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "sitecustomize.py").write_text("")
    async with Stack() as stack:
        await stack.until(lambda: len(stack.workers()) == 3)
        before = {worker.name for worker in stack.serving()}
        (tmp_path / "sitecustomize.py").write_text(BROKEN)

        code, said = await stack.says("rolling-restart")

        assert code == 1
        assert re.search(r"^chapar: worker:worker-0\d is BACKOFF: nothing more", said, re.M)
        assert {worker.name for worker in stack.serving()} == before
    stack.remove()


def states(stack: Stack, person: Person) -> str:
    """`delivered` when all of a person's requests are."""
    rows = [row for row in request_record.latest(stack.db, 500) if row.user == person.id]
    return " ".join({row.state for row in rows})


async def fewest(stack: Stack) -> tuple[int, int]:
    """The fewest workers that ever had a post at one moment, and that took jobs, until cancelled.

    The second may be one less for the moment between the successor's taking the post and its row.
    """
    posts, serving = 99, 99
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            rows = stack.serving()
            posts = min(posts, len(rows))
            serving = min(serving, sum(row.state == "serving" for row in rows))
            await asyncio.sleep(COUNT)
    return posts, serving


async def busy(stack: Stack, person: Person, over: asyncio.Event) -> int:
    """One person's links, one after the other. Returns how many media came."""
    arrived = 0
    while not over.is_set():
        sent = await person.sends(stack.url(f"{CLIP}?of={person.id}-{arrived}"))
        await gets(person, sent)
        arrived += 1
    return arrived
