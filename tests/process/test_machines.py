"""Several machines on one PostgreSQL server: processes with homes and names of their own."""

import asyncio
import re

import pytest

from procs.records.job import Lane, State
from procs.store.health import alerts, workers
from procs.store.health.workers import Worker
from procs.store.machines import bot_lease
from procs.store.reports import job_record
from tests import postgresql_server
from tests.process.conftest import FIRST, PATIENCE, gets, got
from tests.sandbox.person import Person
from tests.sandbox.stack import CLIP, Stack

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        postgresql_server.programs() is None, reason="no PostgreSQL server is installed"
    ),
]
#: More downloads at once than one machine has rooms for.
FEW_ROOMS = {"max_concurrent_downloads": "2", "max_downloads_per_user": "6"}
#: A job that runs, and some of whose files came to the machine that runs it.
BOUND = """
SELECT 1 FROM job_files f JOIN jobs j ON j.id = f.job JOIN progress p ON p.job = j.id
 WHERE j.state = :leased AND p.done > 300000
"""


async def met(stack: Stack, name: str, *, language: str = "en") -> Person:
    person = await stack.telegram.person(name, language=language)
    hello = await person.starts()
    await person.sees(lambda m: m.id > hello.id, timeout=PATIENCE)
    return person


def carrier(stack: Stack) -> Worker | None:
    """The worker that has a download in hand, on whichever machine."""
    rows = {one.id: one for one in workers.present(stack.db)}
    (job,) = [one for one in job_record.alive(stack.db) if one.lane is Lane.HEAVY] or [None]
    return next((one for one in rows.values() if job and one.name == job.worker), None)


def bound(stack: Stack) -> bool:
    """Whether the files of a job lie on some machine."""
    return bool(stack.db.all(BOUND, {"leased": int(State.LEASED)}))


async def test_a_second_machine_serves_beside_the_first() -> None:
    postgresql_server.running().answer("CREATE DATABASE fleet")
    url = postgresql_server.url_of("fleet")
    async with (
        Stack(database_url=url, machine="m1", **FEW_ROOMS) as first,
        Stack(
            beside=first, database_url=url, machine="m2", roles="worker,keeper", **FEW_ROOMS
        ) as second,
    ):
        ann = await met(first, "Ann")
        links = [first.url(f"{CLIP}?n={n}") for n in range(12)]
        sent = [await ann.sends(link) for link in links]
        await asyncio.gather(*(gets(ann, one) for one in sent))

        assert [len(await got(ann, one)) for one in sent] == [1] * 12
        for stack in (first, second):
            assert "job.done" in stack.log("worker"), stack.settings["machine"]

        slow = await ann.sends(first.url("/slow/clip.mp4?rate=400000&n=slow"))
        worker = await first.until(lambda: carrier(first))
        home, other = (first, second) if worker.host == "m1" else (second, first)
        await first.until(lambda: bound(first))
        home.kill(worker.pid)
        await gets(ann, slow)

        assert len(await got(ann, slow)) == 1
        assert "download.taken-over" in home.log("worker")
        assert "download.taken-over" not in other.log("worker")
        code, said = await second.says("status")
        assert code == 0, said
        assert re.search(r"^m1 +up .* 2 of 2 .* here$", said, re.M), said
        assert re.search(r"^m2 +up .* 2 of 2 ", said, re.M), said

        assert (await first.says("drain", "m2"))[0] == 0
        done = second.log("worker").count("job.done")
        sent = [await ann.sends(first.url(f"{CLIP}?drained={n}")) for n in range(3)]
        await asyncio.gather(*(gets(ann, one) for one in sent))
        assert second.log("worker").count("job.done") == done
        code, said = await second.says("top", "--once")
        assert re.search(r"^m2 +drained ", said, re.M), said
        assert (await second.says("resume", "--machine", "m2"))[0] == 0

        before = {one.title: one.pid for one in first.supervisor.processes()}
        code, said = await second.says("rolling-restart", "m1")
        assert code == 0, said
        assert said.splitlines()[-1] == "every process is fresh"
        after = {one.title: one.pid for one in first.supervisor.processes()}
        assert not [title for title, pid in before.items() if after[title] == pid], said
    postgresql_server.drop("fleet")
    second.remove()
    first.remove()


async def test_a_standby_takes_the_bot_over_when_its_machine_is_killed() -> None:
    postgresql_server.running().answer("CREATE DATABASE standby")
    url = postgresql_server.url_of("standby")
    async with (
        Stack(database_url=url, machine="m1") as first,
        Stack(beside=first, database_url=url, machine="m2") as second,
    ):
        ann = await met(first, "Ann")
        before = await ann.sends(first.url(CLIP))
        await gets(ann, before)
        assert "bot.stands-by" in second.log("bot")

        first.kill_all()
        began = asyncio.get_running_loop().time()
        while_away = await ann.sends(first.url(f"{CLIP}?n=2"))
        await second.until(lambda: "telegram.listening" in second.log("bot"))
        assert asyncio.get_running_loop().time() - began <= 15

        await gets(ann, while_away)
        assert [len(await got(ann, one)) for one in (before, while_away)] == [1, 1]
    postgresql_server.drop("standby")
    second.remove()
    first.remove()


async def test_a_machine_that_stood_still_is_replaced_and_writes_nothing_when_it_returns() -> None:
    postgresql_server.running().answer("CREATE DATABASE still")
    url = postgresql_server.url_of("still")
    async with Stack(database_url=url, machine="m1", admins=str(FIRST)) as first:
        admin = await met(first, "Admin")
        ann = await met(first, "Ann")
        slow = await ann.sends(first.url("/slow/clip.mp4?rate=40000&n=1"))
        await first.until(lambda: bound(first))
        facts = {"database_url": url, "machine": "m2", "admins": str(FIRST)}
        async with Stack(beside=first, **facts) as second:
            first.freeze()
            await second.until(lambda: bot_lease.holder(second.db).machine == "m2", patience=15)
            await second.until(lambda: lost(second) == ["m1"], patience=75)
            await admin.sees(lambda m: "m1" in m.text, timeout=PATIENCE)
            await gets(ann, slow, patience=2 * PATIENCE)

            first.thaw()
            await second.until(lambda: lost(second) == [])
            await first.until(lambda: "bot.off-duty" in first.log("bot"))
            await first.until(lambda: len(first.serving()) == 2)
            assert "task.failed" not in first.log("bot")
            again = await ann.sends(first.url(f"{CLIP}?n=2"))
            await gets(ann, again)
            assert [len(await got(ann, one)) for one in (slow, again)] == [1, 1]
            assert "job.done" in second.log("worker")
        second.remove()
    postgresql_server.drop("still")
    first.remove()


def lost(stack: Stack) -> list[str]:
    """The machines that admins are told of as lost."""
    return [one.subject for one in alerts.standing(stack.db) if one.kind == "machine-lost"]


async def test_a_job_is_seen_and_steered_from_another_machine() -> None:
    postgresql_server.running().answer("CREATE DATABASE steered")
    facts = {"database_url": postgresql_server.url_of("steered"), "workers": "1"}
    async with (
        Stack(machine="m1", **facts) as first,
        Stack(beside=first, machine="m2", roles="worker,keeper", **facts) as second,
    ):
        ann = await met(first, "Ann")
        sent = await ann.sends(first.url("/slow/clip.mp4?rate=80000&n=steered"))
        await first.until(lambda: bound(first))
        worker = await first.until(lambda: carrier(first))
        home, other = (first, second) if worker.host == "m1" else (second, first)
        (job,) = [str(one.id) for one in job_record.alive(first.db) if one.lane is Lane.HEAVY]

        assert re.search(rf"^ *{job} +leased .* {worker.name} ", await told(other, "jobs"), re.M)
        assert worker.name in await told(other, "why", job)
        assert f"run this on {worker.host} too" in await told(other, "logs", "--job", job)
        assert "run this on" not in await told(home, "logs", "--job", job)
        assert await told(other, "cancel", job) == f"job {job} is cancelled\n"

        await told(other, "drain", worker.host)
        assert f"job {job} is tried again at once" in await told(other, "retry", job)
        again = await first.until(lambda: carrier(first))
        assert again.host != worker.host
        await gets(ann, sent, patience=2 * PATIENCE)
        assert len(await got(ann, sent)) == 1
    postgresql_server.drop("steered")
    second.remove()
    first.remove()


async def told(stack: Stack, *words: str) -> str:
    """What a command prints that ends well."""
    code, said = await stack.says(*words)
    assert code == 0, said
    return said
