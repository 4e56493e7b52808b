"""A rolling restart under a real supervisord, whose workers have no jobs (tests/sandbox): it ends,
whatever a process does not do, and what it says is no guess."""

import asyncio
import os
import signal

import pytest

from daemon.command_error import NotServing, RestartUnderWay
from daemon.commands.restart import RollingRestart, alone
from daemon.install import reload_settings
from daemon.supervisor import child_environment
from daemon.supervisor.control import Supervisor
from procs.config import Settings
from procs.store.database import Database
from tests.sandbox import bare_worker
from tests.sandbox.bare_worker import until_in


def pids(supervisor: Supervisor) -> dict[str, int]:
    return {one.title: one.pid for one in supervisor.processes()}


def test_whoever_comes_second_is_told_what_may_be_under_way(settings: Settings) -> None:
    second = pytest.raises(RestartUnderWay, match="a move or a rolling restart is under way")
    settings.run.mkdir(exist_ok=True)
    with alone(settings.run), second, alone(settings.run):
        pass


async def test_it_ends_where_the_first_successor_finds_no_way_to_telegram(
    settings: Settings, db: Database, bare_workers: Supervisor
) -> None:
    said: list[str] = []
    rolling = RollingRestart(settings, db, said.append, patience=3.0)
    await until_in(rolling)
    serving = next(pid for pid, row in rolling.rows().items() if row.slot is not None)
    (spare,) = (title for title, pid in pids(bare_workers).items() if pid != serving)
    before = pids(bare_workers)

    bare_worker.way(settings.home).unlink()
    with pytest.raises(NotServing) as ended:
        rolling.run()

    after = pids(bare_workers)
    words = str(ended.value)
    assert after[spare] != before.pop(spare)
    assert all(after[title] == pid for title, pid in before.items())
    assert f"gave up waiting for {spare} after 3 s" in words
    assert f"{spare} has no connection with Telegram" in words
    assert "of another time" not in words  # a warning from before is no reason
    assert "what served before serves on" in words

    bare_worker.way(settings.home).touch()
    rolling.go_back()
    assert pids(bare_workers)[spare] not in (after[spare], 0)
    assert RollingRestart(settings, db, said.append).run() == 0
    assert said[-1] == "every process is fresh"


@pytest.mark.long
async def test_a_reload_that_ctrl_c_ends_goes_back_to_the_settings_before(
    settings: Settings, db: Database, bare_workers: Supervisor
) -> None:
    before, after = {"CHAPAR_LOG_LEVEL": "INFO"}, {"CHAPAR_LOG_LEVEL": "DEBUG"}
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if "pid" in line and len(said) < 3:  # the first one is replaced
            raise KeyboardInterrupt

    rolling = RollingRestart(settings, db, say)
    await until_in(rolling)
    first = pids(bare_workers)

    with pytest.raises(KeyboardInterrupt):
        reload_settings.replace_all(rolling, settings.run, before, after)

    assert child_environment.read(settings.run) == before
    back = [line for line in said if "->" in line]
    assert said.index("the settings before hold again") == 2
    assert len(back) == 2  # there and back
    (changed,) = (title for title, pid in pids(bare_workers).items() if pid != first[title])
    assert all(line.startswith(f"{changed}: pid") for line in back)


@pytest.mark.long
async def test_who_died_for_something_that_is_mended_now_is_awaited(
    settings: Settings, db: Database, bare_workers: Supervisor
) -> None:
    rolling = RollingRestart(settings, db, lambda line: None)
    await until_in(rolling)
    spare = next(pid for pid, row in rolling.rows().items() if row.slot is None)
    (title,) = (title for title, pid in pids(bare_workers).items() if pid == spare)
    bare_worker.broken(settings.home).touch()
    os.kill(spare, signal.SIGKILL)
    while rolling.of(title).state != "BACKOFF":
        await asyncio.sleep(0.01)

    bare_worker.broken(settings.home).unlink()

    assert rolling.run() == 0


@pytest.mark.long
async def test_who_never_was_connected_needs_no_connection_now(
    settings: Settings, db: Database, bare_workers: Supervisor
) -> None:
    rolling = RollingRestart(settings, db, lambda line: None)
    await until_in(rolling)
    with db.write():
        db.change("UPDATE workers SET connected_at = NULL")
    bare_worker.way(settings.home).unlink()

    assert rolling.run() == 0
