"""What a run keeps of its settings and of Telegram's files."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from bench.load import __main__ as load
from bench.load import summary, trial
from bench.load.crowd import Asked, Crowd
from bench.load.scenario import Scenario
from bench.load.schedule import Ask
from bench.load.usage import NURSERY, Usage
from daemon.command_error import NotUp
from procs.config.setting_table import SECRETS
from procs.core.files import event_file
from tests.sandbox.person import Message
from tests.sandbox.stack import Stack

#: Starts the first of the commands it is told, which starts the rest; stays until its input ends.
PARENT = """
import json, os, subprocess, sys
first, *rest = json.loads(os.environ["CHAIN"]) or [None]
if first:
    subprocess.Popen(first, env={**os.environ, "CHAIN": json.dumps(rest)})
print("up", flush=True)
sys.stdin.read()
"""


def test_telegram_forgets_old_files_and_keeps_new_ones_and_uploads_under_way(tmp_path):
    old = time.time() - trial.KEPT - 1
    for name in ("1", "2", "7-3.part"):
        (tmp_path / name).write_bytes(b"film")
    for name in ("1", "7-3.part"):
        os.utime(tmp_path / name, (old, old))

    trial.forget(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["2", "7-3.part"]


def test_who_blocks_the_bot_leaves_what_they_asked_for_shortly_before():
    def asked(at: float, deed: str = "") -> Asked:
        sent = Message(id=1, mine=True, sender="P0", at=at, text="link")
        return Asked(Ask(at, 0, "film", 1, 1, deed), None, sent, at, 0.0)

    long_ago, before, blocking, after = asked(0), asked(200), asked(210, "block"), asked(220)
    ours = [long_ago, before, blocking, after]

    left = [one for one in ours if trial.leaves(one, ours, within=60)]

    assert left == [before, blocking]


def test_who_asks_again_for_a_known_link_on_its_way_has_no_second_answer_due():
    def asked(number: int, at: float, link: int = 7, kind: str = "known") -> Asked:
        sent = Message(id=number, mine=True, sender="P0", at=at, text="link")
        return Asked(Ask(at, 0, kind, link, 1), None, sent, at, 0.0)

    def came(number: int, at: float, reply: int) -> Message:
        facts = {"kind": "video", "sha256": "", "name": "film.mp4"}
        return Message(number, False, "bot", at, "", media=facts, reply=reply)

    first, again, other, thrice = asked(1, 10), asked(2, 11), asked(3, 12, 8), asked(4, 12)
    late, film, same = asked(7, 20), asked(8, 21, 9, "film"), asked(9, 21, 9, "film")
    ours = [first, again, other, thrice, late, film, same]
    chat = [came(5, 13, 1), came(6, 13.1, 3)]

    free = [one for one in ours if trial.repeats(one, ours, chat)]

    assert free == [again, thrice]


def test_what_is_interrupted_before_anybody_wrote_is_not_judged():
    played = trial.Trial(Scenario("x", seconds=1, per_second=1), print)

    assert not played.interrupt()
    played.writing = SimpleNamespace(ended=asyncio.Event())
    assert played.interrupt()
    assert not played.interrupt()


class Gone:
    """A supervisord that was killed."""

    def pid(self) -> int:
        raise NotUp("Connection refused")


async def test_a_product_that_ended_before_it_could_be_looked_at_has_a_verdict(tmp_path):
    db = SimpleNamespace(one=lambda _: (0,))
    stack = SimpleNamespace(state=tmp_path, home=tmp_path, servers={}, supervisor=Gone(), db=db)
    played = trial.Trial(Scenario("x", seconds=1, per_second=1), print)
    played.plan, played.crowd = [], Crowd(None, "", played.scenario)
    played.usage = Usage(stack)

    await played.load()

    told = played.told() | played.spans | {"asked": 0}
    assert summary.told(told)["cores"] == 0
    assert told["people"]["samples missed"] >= 1


async def test_an_interrupted_load_waits_for_no_button(monkeypatch):
    monkeypatch.setattr(trial, "HURRIED", 0.1)
    played = trial.Trial(Scenario("x", seconds=1, per_second=1, drain=600), print)
    played.usage = SimpleNamespace(stack=SimpleNamespace(db=SimpleNamespace(one=lambda _: (0,))))
    played.crowd = Crowd(None, "", played.scenario)
    played.crowd.pressing = [asyncio.create_task(asyncio.sleep(600))]
    played.interrupted = True

    async with asyncio.timeout(60):
        await played.crowd_is_served()
        await played.crowd.gives_up()

    assert not played.crowd.is_pressing()


class Endless(Stack):
    """One whose Chapar does not end."""

    async def down(self) -> None:
        raise TimeoutError


async def test_the_servers_of_a_stack_end_also_where_chapar_does_not(tmp_path):
    stack = Endless(tmp_path)
    for server in stack.servers.values():
        server.process = await asyncio.create_subprocess_exec("sleep", "600")

    with pytest.raises(TimeoutError):
        await stack.stop()

    assert None not in {server.process.returncode for server in stack.servers.values()}


class Judged(trial.Trial):
    """One that is over as soon as its stack is up, which does not end."""

    def made(self, settings: dict[str, Any]) -> Any:
        async def does_not_end(*_: object) -> None:
            raise TimeoutError

        class Frozen(SimpleNamespace):
            __aexit__ = does_not_end

            async def __aenter__(self) -> None:
                """It is up."""

        return Frozen(remove=lambda: None, environment={})

    def prepare(self, stack: Any) -> None:
        """It has no folder."""

    async def played(self, stack: Any) -> dict[str, Any]:
        return {"asked": 7, "never_ended": False}


async def test_a_product_that_does_not_end_is_told_beside_all_that_was_measured():
    result = await Judged(Scenario("x", seconds=1, per_second=1), print).run()

    assert (result["asked"], result["never_ended"]) == (7, True)


async def test_however_many_signals_come_the_stack_is_ended_once():
    ended = []

    class Ending:
        def interrupt(self) -> bool:
            return False

        async def run(self) -> dict[str, object]:
            try:
                os.kill(os.getpid(), signal.SIGTERM)
                await asyncio.sleep(600)
            finally:
                for _ in range(3):
                    os.kill(os.getpid(), signal.SIGINT)
                    await asyncio.sleep(0.05)
                ended.append("stack")
            return {}

    task = asyncio.create_task(load.interruptible(Ending()))
    with pytest.raises(asyncio.CancelledError):
        await task

    assert ended == ["stack"]
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().remove_signal_handler(one)


def test_the_settings_that_a_result_states_have_no_secret():
    database = "postgresql://chapar:secret@db/chapar"
    told = dict.fromkeys(SECRETS, "https://hooks.example/T0/B0")
    told |= {"CHAPAR_WORKERS": "2", "CHAPAR_DATABASE_URL": database}

    stated = trial.settings(SimpleNamespace(environment=told))

    assert stated.keys() == {"CHAPAR_WORKERS", "CHAPAR_DATABASE_URL"}
    assert "secret" not in str(stated)


def test_lock_waits_count_also_where_the_lines_of_the_first_are_gone(tmp_path):
    (tmp_path / "run").mkdir()
    events = tmp_path / "run" / event_file.LOCKS
    lines = event_file.LONGEST_FILE // 8
    events.write_text("1.0 wait 2\n1.0 error 2\n" * lines)
    usage = Usage(SimpleNamespace(state=tmp_path))

    before = usage.files()
    event_file.shorten(events, counted=True)

    after = usage.files()
    assert events.stat().st_size < event_file.LONGEST_FILE
    assert before["lock_waits"] == after["lock_waits"] == lines
    assert before["lock_errors"] == after["lock_errors"] == lines


def test_the_time_of_a_nursery_that_is_gone_is_not_forgotten():
    usage = Usage(SimpleNamespace(), nursery_cpu={-1: (2.0, 30.0)})
    living = [("nursery", psutil.Process()), ("bot", psutil.Process())]

    found = usage.cpu(living)

    assert found["nursery"] > 2.0
    assert found["child"] >= 30.0
    assert found["bot"] > 0


def test_each_process_is_counted_once_though_a_nursery_is_the_child_of_a_worker(tmp_path):
    parent = [sys.executable, "-c", PARENT]
    nursery = [*parent, NURSERY, str((tmp_path / "run").resolve())]
    chain = {**os.environ, "CHAIN": json.dumps([nursery, parent])}
    pipe = subprocess.PIPE
    with subprocess.Popen(parent, env=chain, stdin=pipe, stdout=pipe) as root:
        for _ in range(3):
            root.stdout.readline()
        supervisor = SimpleNamespace(pid=lambda: root.pid)
        usage = Usage(SimpleNamespace(state=tmp_path, supervisor=supervisor))

        found = [name for name, _ in usage.processes()]
        root.stdin.close()

    assert sorted(found) == ["child", "nursery", "supervisord"]
