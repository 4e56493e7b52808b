"""The bot's process at a Telegram that fails at one step of its start: what its log says."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from procs.store.database import migrate
from tests import ROOT
from tests.sandbox.telegram.server import Telegram
from tests.unit.conftest import TOKEN, tg

__all__ = ["tg"]
SIGN_IN = "auth.ImportBotAuthorization"
#: What a task leaves that nobody owned, and a failure that nobody named.
UNOWNED = re.compile(r"never retrieved|destroyed but|Traceback|task\.failed| ERROR ")
STEPS = (
    *("help.getConfig", "auth.importBotAuthorization", "updates.getState"),
    *("users.getUsers", "updates.getDifference"),
)


class Process:
    """`python -m procs.bot`, and what it says."""

    def __init__(self, home: Path, tg: Telegram) -> None:
        self.home = home
        self.said = home / "bot.log"
        self.environment = {
            **os.environ,
            "CHAPAR_API_ID": "12345",
            "CHAPAR_API_HASH": "0" * 32,
            "CHAPAR_BOT_TOKEN": TOKEN,
            "CHAPAR_HOME": str(home),
            "CHAPAR_TELEGRAM_SERVER": tg.address,
            "CHAPAR_TELEGRAM_SERVER_KEY": str(tg.key_path),
        }
        migrate(f"sqlite:///{home / 'chapar.db'}", run=home / "run")

    async def start(self) -> None:
        with self.said.open("ab") as out:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "procs.bot"),
                cwd=ROOT,
                env=self.environment,
                stdout=out,
                stderr=out,
            )

    async def ends(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            return await self.process.wait()

    async def says(self, words: str, *, times: int = 1) -> None:
        async with asyncio.timeout(60):
            while self.log.count(words) < times:
                await asyncio.sleep(0.05)

    @property
    def log(self) -> str:
        return self.said.read_text("utf-8")

    @property
    def unowned(self) -> list[str]:
        return [line for line in self.log.splitlines() if UNOWNED.search(line)]


@pytest.fixture
async def bot(short_home: Path, tg: Telegram) -> AsyncIterator[Process]:
    process = Process(short_home, tg)
    yield process
    if process.process.returncode is None:
        process.process.kill()
        await process.process.wait()


Trouble = Callable[[Telegram, str], object]
TROUBLES: dict[str, Trouble] = {
    "500": lambda tg, method: tg.fails(method, "500 INTERNAL", times=3),
    "400": lambda tg, method: tg.fails(method, "400 INPUT_METHOD_INVALID", times=2),
    "wait": lambda tg, method: tg.fails(method, "FLOOD_WAIT_6"),
    "reset": lambda tg, method: tg.swallows(method, times=2, close=True),
}


#: The library repeats a call that failed with 500, and sleeps short waits out: these it does not.
FAILURES = [(method, trouble) for method in STEPS for trouble in ("500", "reset")]
FAILURES += [(method, trouble) for method in STEPS[2:] for trouble in ("400", "wait")]


@pytest.mark.parametrize(("method", "trouble"), FAILURES)
async def test_a_step_that_fails_is_named_and_got_over(tg, bot, method, trouble):
    ali = await tg.person("Ali")
    if method == "updates.getDifference":
        await bot.start()
        await bot.says("telegram.listening")
        assert await bot.ends() == 0
        bot.said.write_text("")
    await TROUBLES[trouble](tg, method)
    await bot.start()
    await tg.called(method, times=2, timeout=30)
    await bot.says("telegram.listening")
    await ali.starts()
    await ali.sees("Hi", timeout=30)
    assert await bot.ends() == 0
    assert bot.unowned == []
    if method.lower() != SIGN_IN.lower():
        assert SIGN_IN not in bot.log


@pytest.mark.parametrize("method", STEPS[:3])
async def test_a_stop_in_the_middle_of_a_start_leaves_a_clean_log(tg, bot, method):
    hold = await tg.holds(method)
    await bot.start()
    await hold.reached(30)
    assert await bot.ends() == 0
    assert bot.unowned == []


async def test_a_telegram_that_is_not_there_is_waited_for(tg, bot):
    await tg.stop()
    await bot.start()
    await bot.says("telegram.away")
    assert SIGN_IN not in bot.log
    await tg.start()
    await bot.says("telegram.listening")
    assert await bot.ends() == 0
    assert bot.unowned == []
