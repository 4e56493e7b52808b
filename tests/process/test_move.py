"""`chapar move` on the whole product: from a file to a server while people are served; a kill in
the pause leaves the file in charge, and everybody gets everything once."""

import asyncio
import json
import signal
from pathlib import Path

import pytest

from procs.store.database import Database, open_database
from tests import postgresql_server
from tests.process.conftest import PATIENCE, gets, got
from tests.sandbox.stack import CLIP, Stack

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        postgresql_server.programs() is None, reason="no PostgreSQL server is installed"
    ),
]
DELIVERED = "SELECT COUNT(*) FROM requests WHERE state = 'delivered'"


def delivered(db: Database) -> int:
    return int(db.all(DELIVERED)[0][0])


async def killed_in_its_pause(stack: Stack, url: str) -> None:
    """Begin a move, and kill it as soon as the processes are stopped."""
    mover = await stack.command("move", "--to", url, to=asyncio.subprocess.PIPE)
    assert mover.stdout is not None
    said = []
    while line := await asyncio.wait_for(mover.stdout.readline(), PATIENCE):
        said.append(line.decode())
        if line.startswith(b"stopped:"):
            break
    assert said[-1].startswith("stopped:"), said
    stack.kill(mover.pid, signal.SIGKILL)
    await mover.wait()


async def test_people_are_served_through_a_move_that_is_killed_once(tmp_path: Path) -> None:
    postgresql_server.running().answer("CREATE DATABASE moved")
    url, settings = postgresql_server.url_of("moved"), tmp_path / "chapar.env"
    settings.write_text("# what Chapar is started with\n")
    async with Stack(env_file=str(settings)) as stack:
        ann = await stack.telegram.person("Ann")
        hello = await ann.starts()
        await ann.sees(lambda m: m.id > hello.id, timeout=PATIENCE)
        before = await ann.sends(stack.url(CLIP))
        await gets(ann, before)
        code, said = await stack.says("move", "--to", url, "--dry-run")
        assert (code, "requests: 1 rows" in said) == (0, True), said
        code, said = await stack.says("move", "--to", url, "--dry-run", "--json")
        assert (code, json.loads(said)["tables"]["requests"]) == (0, 1), said

        slow = await ann.sends(stack.url("/slow/clip.mp4?rate=300000&move=1"))
        await ann.sees(lambda m: m.reply == slow.id and m.text, timeout=PATIENCE)
        await killed_in_its_pause(stack, url)
        await stack.until(lambda: len(stack.serving()) == 2)
        assert url not in settings.read_text()
        await gets(ann, slow)

        running = await ann.sends(stack.url("/slow/clip.mp4?rate=300000&move=2"))
        await ann.sees(lambda m: m.reply == running.id and m.text, timeout=PATIENCE)
        code, said = await stack.says("move", "--to", url)
        assert code == 0, said
        assert f"CHAPAR_DATABASE_URL={url}\n" in settings.read_text()
        after = await ann.sends(stack.url("/clip.mp4?after=move"))
        for one in (running, after):
            await gets(ann, one)
        moved = open_database(url, run=stack.state / "run")
        await stack.until(lambda: delivered(moved) == 4)
        moved.close()
        everything = (before, slow, running, after)
        assert [len(await got(ann, one)) for one in everything] == [1, 1, 1, 1]

        code, said = await stack.says("move", "--undo")
        assert (code, "people used the new database" in said) == (1, True), said
        await stack.until(lambda: stack.supervisor.processes()[0].pid)
    postgresql_server.drop("moved")
    stack.remove()


async def test_a_move_is_undone_while_nobody_asked_and_goes_back_to_a_file_later(
    tmp_path: Path,
) -> None:
    server, settings = postgresql_server.running(), tmp_path / "chapar.env"
    for name in ("undone", "there"):
        server.answer(f"CREATE DATABASE {name}")
    settings.write_text("# what Chapar is started with\n")
    async with Stack(env_file=str(settings)) as stack:
        ann = await stack.telegram.person("Ann")
        hello = await ann.starts()
        await ann.sees(lambda m: m.id > hello.id, timeout=PATIENCE)
        sent = []

        async def asks(what: str) -> None:
            sent.append(await ann.sends(stack.url(f"/clip.mp4?{what}")))
            await gets(ann, sent[-1])

        async def moves(*words: str) -> None:
            code, said = await stack.says("move", *words)
            assert code == 0, said

        await asks("before")
        await moves("--to", postgresql_server.url_of("undone"))
        await moves("--undo")
        await asks("undone")
        await moves("--to", postgresql_server.url_of("there"))
        await asks("there")
        stack.kill(stack.pid("keeper"))  # which leaves its machine's row as if it were up
        await moves("--to", f"sqlite:///{stack.state}/back.db")
        await asks("back")

        code, said = await stack.says("status")
        while "STARTING" in said:  # a process is for its first three seconds
            code, said = await stack.says("status")
        assert (code, "\nmachine " in said) == (0, False), said
        assert [len(await got(ann, one)) for one in sent] == [1] * 4
    for name in ("undone", "there"):
        postgresql_server.drop(name)
    stack.remove()
